// AlphaFold 3's whole network on small random weights: every array at the borders of its modules, and end to end.
#include <algorithm>
#include <cmath>

#include "checkpoints/load.h"
#include "folding/confidence_heads.h"
#include "folding/confidence_summary.h"
#include "golden/af3_network_case.h"
#include "golden/kind.h"
#include "structure_models/relative_encoding.h"

namespace groel::golden {
namespace {

using namespace structure_models;
using nn::folding::GridRows;

bool knows(const Case& golden) {
  return golden.holds("af3.bin") && golden.holds("inputs.safetensors") && golden.inputs().is_object() &&
         golden.inputs().contains("runs");
}

constexpr double kEncoder = 2e-5, kState = 2e-4, kPositions = 2e-3, kErrors = 3e-4, kLddt = 1e-3, kContacts = 2e-5,
                 kScores = 1e-5;

// Parts of the first Pairformer block by themselves, as what each adds.
template <class Module>
Module filled(Module module, const io::ArrayMap& weights, const std::string& prefix) {
  io::ArrayMap own;
  for (const auto& [name, array] : weights)
    if (name.starts_with(prefix)) own[name.substr(prefix.size())] = array;
  checkpoints::fill_slots(module, own, {}, prefix);
  nn::ready(nn::tree_of(module), ops::Precision::f32);
  return module;
}

class Checker {
 public:
  Checker(const NetworkRun& run, const Alphafold3& network, const io::ArrayMap& weights, Worst& worst)
      : run_(run), network_(network), weights_(weights), worst_(worst) {}

  void check() {
    check_relative();
    make_features();
    check_windows();
    check_trunk();
    check_denoiser();
    check_distogram();
    check_confidence("confx.", run_.floats("confx.positions"));
    check_sampler();
  }

 private:
  // Compares what a part shows.
  Watch watch(const std::string& prefix, double tolerance) const {
    return [this, prefix, tolerance](const std::string& name, const Tensor& value) {
      if (const std::size_t at = name.find("pair_cond");
          at != std::string::npos && name.find("cond_pair") == std::string::npos && name.size() > at + 9)
        return take_pairs(prefix + name.substr(0, at + 9), std::stoll(name.substr(at + 9)), value, tolerance);
      run_.compare(prefix + name, value, features_.atoms, tolerance, worst_);
    };
  }

  // Of all windows the case has the first and the last, and of each three queries.
  void take_pairs(const std::string& name, std::int64_t first, const Tensor& pairs, double tolerance) const {
    constexpr std::int64_t kOfWindow = kWindowQueries * kWindowKeys;
    const std::int64_t windows = pairs.size(0) / kOfWindow, all = features_.atoms.windows;
    for (std::int64_t w = first; w < first + windows; ++w)
      if (w == 0 || w == all - 1)
        for (const std::int64_t query : {0, 3, 7}) {
          const std::int64_t row = (w - first) * kOfWindow + query * kWindowKeys;
          const auto part = pairs.rows(row, row + kWindowKeys).values<float>();
          pair_cond_[name].insert(pair_cond_[name].end(), part.begin(), part.end());
        }
    if (first + windows == all) run_.compare(name, pair_cond_[name], tolerance, worst_);
  }

  void check_relative() const {
    const std::int64_t n = run_.input().tokens;
    run_.compare("rel_feat", relative_encoding(run_.input().places(), 0, n).values<float>(), 1e-9, worst_);
  }

  void make_features() {
    features_.atoms = atom_windows(run_.input().atom_mask, kInputSlots, WindowEdge::shifted);
    features_ = network_.features(run_.input(), watch("", kEncoder));
  }

  void check_windows() const {
    const auto keys = run_.integers("key_atom");
    worst_.add("key_atom", keys == features_.atoms.keys ? 0 : INFINITY, run_.key("key_atom"));
  }

  void check_trunk() {
    embeddings_ =
        network_.embed(run_.input(), features_, run_.rows(), [&](const std::string& name, const Tensor& value) {
          run_.compare(name, value, features_.atoms, kState, worst_);
          const std::string last = fmt::format("msa_block{}.z", network_.shape().alignment_blocks - 1);
          if (name == "pass0." + last) before_ = value.clone();
          if (name == "pass0.s_init") check_block(value);
        });
  }

  // What each part of the first block adds.
  void check_block(const Tensor& single) const {
    const std::string at = "trunk.pairformer.0.", to = "pass0.pairformer0.update.";
    const Alphafold3Shape& shape = network_.shape();
    const auto form = shape.pair_block();
    nn::folding::Pairs pairs{before_.clone()};
    const auto shown = [&](const std::string& name, Tensor& x, const auto& add) {
      const Tensor old = x.clone();
      add(x);
      std::vector<float> update(x.values<float>().begin(), x.values<float>().end());
      for (std::size_t i = 0; i < update.size(); ++i) update[i] -= old.values<float>()[i];
      run_.compare(to + name, update, kState, worst_);
    };
    using namespace nn::folding;
    for (const auto edges : {Edges::outgoing, Edges::incoming}) {
      const std::string name = edges == Edges::outgoing ? "outgoing" : "incoming";
      const auto module = filled(TriangleMultiplication({form.width, form.product_width, edges}), weights_,
                                 at + "pairs.multiply_" + name + ".");
      shown("triangle_multiplication_" + name, pairs.z, [&](Tensor& z) { module.add(pairs, z); });
    }
    for (const auto node : {Node::starting, Node::ending}) {
      const auto module = filled(TriangleAttention({form.width, form.heads, form.head_width, node}), weights_,
                                 at + (node == Node::starting ? "pairs.attend_starting." : "pairs.attend_ending."));
      shown(node == Node::starting ? "pair_attention1" : "pair_attention2", pairs.z,
            [&](Tensor& z) { module.add(pairs, z); });
    }
    const auto transition =
        filled(Transition({.width = form.width, .inner = form.transition}), weights_, at + "pairs.transition.");
    shown("pair_transition", pairs.z, [&](Tensor& z) { transition.add(z, z); });
    const auto attention =
        filled(BiasedAttention({.width = shape.single, .heads = shape.single_heads, .head_width = shape.single_head}),
               weights_, at + "attention.");
    const auto logits = filled(PairLogits({shape.pair, shape.single_heads}), weights_, at + "pair_logits.");
    const auto last =
        filled(Transition({.width = shape.single, .inner = shape.single_inner}), weights_, at + "transition.");
    Tensor own = single.clone();
    attention.add({.x = own,
                   .cu_seqlens = Tensor::of<std::int32_t>({2}, {0, static_cast<std::int32_t>(own.size(0))}),
                   .bias = {logits(pairs.z)}},
                  own);
    shown("single_transition", own, [&](Tensor& x) { last.add(x, x); });
    run_.compare("pass0.pairformer0.s", own.values<float>(), kState, worst_);
  }

  void check_denoiser() {
    const auto sigmas = run_.settings().at("sigmas").get<std::vector<float>>();
    const Watch see = watch("", kState);
    const DiffusionConditions conditions = network_.conditions(
        run_.input(), features_, embeddings_, KeptLogits::none, [&](const std::string& name, const Tensor& value) {
          see(name == "cond_pair"             ? "den." + name
              : name == "queries_single_cond" ? "den0.enc." + name
                                              : "den0." + name,
              value);
        });
    for (std::size_t i = 0; i < sigmas.size(); ++i) {
      const std::string name = fmt::format("den{}.", i);
      const Tensor noisy = run_.atoms_of(run_.floats(name + "in"), features_.atoms);
      network_.diffusion().denoise(noisy, sigmas[i], conditions, watch(name, kState));
    }
  }

  void check_distogram() {
    const std::int64_t n = run_.input().tokens;
    const Tensor logits = network_.distogram(embeddings_.pair, {n, 0, n});
    run_.compare("distogram.logits", logits.values<float>(), kState, worst_);
    contacts_ = folding::contact_probabilities(logits.values<float>());
    run_.compare("distogram.contact_probs", contacts_, kContacts, worst_);
    std::vector<float> edges;
    for (std::size_t i = 0; i + 1 < folding::kDistanceBins; ++i)
      edges.push_back(2.3125F + 0.3125F * static_cast<float>(i));
    run_.compare("distogram.bin_edges", edges, 1e-5, worst_);
  }

  struct Confidences {
    std::vector<float> lddt, resolved, pde, average_pde;
    folding::AlignedErrors errors;
    folding::ConfidenceSummary summary;
    std::vector<float> pde_means, pde_least;
  };

  std::vector<std::int32_t> chains() const {
    std::vector<std::int32_t> out;
    for (const std::int32_t id : run_.input().asym_id) out.push_back(id - 1);
    return out;
  }

  Confidences confidences(const Tensor& positions, const std::string& prefix) const {
    const std::int64_t n = run_.input().tokens;
    const ConfidenceLogits of =
        network_.confidence(run_.input(), features_, embeddings_, positions, watch(prefix, kState));
    const Tensor errors = network_.confidence_head().errors(of, {n, 0, n});
    using Half = Alphafold3Confidence::Half;
    const Tensor half = network_.confidence_head().half_distances(of, {n, 0, n}, Half::rows);
    if (!prefix.empty()) {
      run_.compare(prefix + "pae_logits", errors.values<float>(), kState, worst_);
      run_.compare(prefix + "left_half_distance_logits", half.values<float>(), kState, worst_);
      run_.compare(prefix + "plddt_logits", of.lddt.values<float>(), kState, worst_);
      run_.compare(prefix + "experimentally_resolved_logits", of.resolved.values<float>(), kState, worst_);
    }
    const auto ids = chains();
    Confidences out;
    folding::add_aligned_errors(errors.values<float>(), 0, ids, out.errors);
    std::vector<float> both(half.values<float>().begin(), half.values<float>().end());
    const Tensor other = network_.confidence_head().half_distances(of, {n, 0, n}, Half::columns);
    for (std::size_t i = 0; i < both.size(); ++i) both[i] += other.values<float>()[i];
    out.pde = folding::expected_error(both);
    double sum = 0;
    for (const float x : out.pde) sum += x;
    out.average_pde = {static_cast<float>(sum / static_cast<double>(n * n))};
    out.lddt = folding::expected_lddt(of.lddt.values<float>());
    const auto two = of.resolved.values<float>();
    for (std::size_t i = 0; i < two.size(); i += 2) out.resolved.push_back(1 / (1 + std::exp(two[i] - two[i + 1])));
    score(ids, out);
    return out;
  }

  void score(const std::vector<std::int32_t>& ids, Confidences& out) const {
    const auto count = static_cast<std::size_t>(*std::ranges::max_element(ids)) + 1, n = ids.size();
    folding::add_token_scores(
        {ids, run_.input().frames_mask, out.errors.pae, out.errors.tm_global, out.errors.tm_interface}, count,
        out.summary);
    std::vector<double> sums(count * count), least(count * count, INFINITY), pairs(count * count);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        const std::size_t at = static_cast<std::size_t>(ids[i]) * count + static_cast<std::size_t>(ids[j]);
        sums[at] += out.pde[i * n + j];
        ++pairs[at];
        least[at] = std::min<double>(least[at], out.pde[i * n + j]);
      }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      out.pde_means.push_back(static_cast<float>(sums[i] / pairs[i]));
      out.pde_least.push_back(static_cast<float>(least[i]));
    }
  }

  void check_confidence(const std::string& prefix, const std::vector<float>& slots) const {
    const Confidences own =
        confidences(run_.atoms_of(slots, features_.atoms).reshape({features_.atoms.atoms, 3}), prefix);
    std::map<std::string, std::vector<float>> all;
    add(own, all);
    compare_all(prefix, prefix + "score.", all);
  }

  // In the order of samples, one after the other.
  static void add(const Confidences& from, std::map<std::string, std::vector<float>>& to) {
    const auto append = [&](const char* name, const auto& values) {
      for (const auto value : values) to[name].push_back(static_cast<float>(value));
    };
    append("predicted_lddt", from.lddt);
    append("predicted_experimentally_resolved", from.resolved);
    append("full_pae", from.errors.pae);
    append("full_pde", from.pde);
    append("average_pde", from.average_pde);
    append("tmscore_adjusted_pae_global", from.errors.tm_global);
    append("tmscore_adjusted_pae_interface", from.errors.tm_interface);
    const folding::ConfidenceSummary& summary = from.summary;
    append("score.ptm", std::vector{summary.ptm});
    append("score.iptm", std::vector{summary.iptm});
    append("score.chain_ptm", summary.chain_ptm);
    append("score.chain_iptm", summary.chain_iptm);
    append("score.chain_pair_iptm", summary.chain_pair_iptm);
    append("score.chain_pair_pae_min", summary.chain_pair_pae_min);
    append("score.chain_pair_pde_mean", from.pde_means);
    append("score.chain_pair_pde_min", from.pde_least);
    append("score.ranking_without_clash_and_disorder", std::vector{folding::ranking_score(summary)});
  }

  void compare_all(const std::string& arrays, const std::string& scores,
                   const std::map<std::string, std::vector<float>>& all) const {
    for (const auto& [name, values] : all) {
      const bool score = name.starts_with("score.");
      const bool angstroms =
          name.find("pae_min") != std::string::npos || name.find("pde") != std::string::npos || name == "full_pae";
      const double tolerance = name == "predicted_lddt" ? kLddt : angstroms ? kErrors : score ? kScores : kContacts;
      run_.compare(score ? scores + name.substr(6) : arrays + name, values,
                   name.ends_with("resolved") ? kState : tolerance, worst_);
    }
  }

  void check_sampler() const {
    SamplerSettings settings;
    settings.samples = run_.settings().at("samples").get<std::int64_t>();
    settings.steps = run_.settings().at("steps").get<std::int64_t>();
    const std::vector<float> levels = noise_levels(settings);
    compare_relative("sampler.noise_levels", levels, 1e-5);
    const DiffusionConditions conditions = network_.conditions(run_.input(), features_, embeddings_, KeptLogits::all);
    testing::GivenNoise noise(run_, features_.atoms, settings.samples);
    std::vector<float> t_hat, noisy, denoised;
    const Tensor positions = sample_positions(
        settings, features_.atoms.atoms, noise,
        [&](const Tensor& x, float level) { return network_.diffusion().denoise(x, level, conditions); },
        [&](const SamplerStep& step) {
          t_hat.push_back(step.level);
          noisy.insert(noisy.end(), step.noisy.values<float>().begin(), step.noisy.values<float>().end());
          denoised.insert(denoised.end(), step.denoised.values<float>().begin(), step.denoised.values<float>().end());
        });
    const std::int64_t all = settings.steps * settings.samples * features_.atoms.atoms;
    compare_relative("sampler.t_hat", t_hat, 1e-5);
    const Tensor noisy_all = Tensor::of<float>({all, 3}, noisy);
    const float largest = *std::ranges::max_element(noisy, {}, [](float x) { return std::abs(x); });
    run_.compare("sampler.x_noisy", noisy_all, features_.atoms, 1e-5 * std::abs(largest), worst_);
    run_.compare("sampler.denoised", Tensor::of<float>({all, 3}, denoised), features_.atoms, kPositions, worst_);
    run_.compare("sampler.positions", positions, features_.atoms, kPositions, worst_);
    std::map<std::string, std::vector<float>> confidence;
    for (std::int64_t s = 0; s < settings.samples; ++s)
      add(confidences(positions.rows(s, s + 1).reshape({features_.atoms.atoms, 3}), ""), confidence);
    compare_all("conf.", "score.", confidence);
  }

  void compare_relative(const std::string& name, const std::vector<float>& ours, double tolerance) const {
    const float largest = *std::ranges::max_element(ours);
    run_.compare(name, ours, tolerance * largest, worst_);
  }

  const NetworkRun& run_;
  const Alphafold3& network_;
  const io::ArrayMap& weights_;
  Worst& worst_;
  Alphafold3Features features_;
  NetworkEmbeddings embeddings_;
  Tensor before_;  // pairs before the first block of the Pairformer
  mutable std::map<std::string, std::vector<float>> pair_cond_;
  std::vector<float> contacts_;
};

void check(const Case& golden, Rows& rows) {
  const Alphafold3Weights weights = read_alphafold3_weights(golden.folder());
  const auto network = network_of<Alphafold3>(weights, ops::Precision::f32, golden.folder());
  check_network(golden, *network, weights.arrays, rows);
}

}  // namespace

void check_network(const Case& golden, const Alphafold3& network, const io::ArrayMap& weights, Rows& rows) {
  const io::ArrayFile inputs = io::read_safetensors(golden.folder() / "inputs.safetensors");
  for (const auto& run : golden.inputs().at("runs")) {
    const NetworkRun one(golden, inputs, run);
    Worst worst;
    Checker(one, network, weights, worst).check();
    worst.write(rows, one.name() + " ", 1);
  }
}

Kind af3_network_kind() { return {"AlphaFold 3 network", knows, check}; }

}  // namespace groel::golden
