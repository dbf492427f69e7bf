// Protenix's whole network on small random weights: every array at the borders of its modules, and end to end.
#include <algorithm>
#include <cmath>
#include <map>

#include "golden/kind.h"
#include "ops/linear.h"
#include "structure_models/protenix/protenix.h"
#include "structure_models/protenix/scores.h"
#include "structure_models/protenix/weights.h"
#include "support/compare.h"
#include "support/protenix_input.h"

namespace groel::golden {
namespace {

using namespace structure_models;

constexpr double kState = 2e-4, kPositions = 2e-3, kScores = 1e-5, kLddt = 1e-3, kErrors = 2e-4, kContacts = 2e-5;

bool knows(const Case& golden) {
  return golden.holds("model.pt") && golden.holds("inputs.safetensors") && golden.inputs().is_object() &&
         golden.inputs().contains("cycles") && golden.has("s_inputs") && golden.has("relpos");
}

class Checker {
 public:
  Checker(const Case& golden, Worst& worst)
      : golden_(golden),
        worst_(worst),
        given_(golden.folder() / "inputs.safetensors"),
        input_(given_.input()),
        network_(load_protenix(golden.folder() / "model.pt")),
        features_(network_->features(input_)) {}

  void check() {
    compare("s_inputs", features_.target, kState);
    check_relative();
    check_trunk();
    check_denoiser();
    check_distogram();
    check_confidence_of_given();
    check_sampler();
  }

 private:
  void compare(const std::string& name, std::span<const float> ours, double tolerance) const {
    if (golden_.has(name)) worst_.add(name, testing::max_difference(ours, golden_.values(name)) / tolerance, name);
  }
  void compare(const std::string& name, const Tensor& ours, double tolerance) const {
    compare(name, ours.to(DType::f32).clone().values<float>(), tolerance);
  }

  void check_relative() const {
    const io::ArrayMap arrays = protenix_arrays(read_protenix_arrays(golden_.folder() / "model.pt"), golden_.folder());
    const io::Array& weight = arrays.at("trunk.relative.weight");
    const TokenPlaces places = input_.places();
    const ops::PackedWeight packed(Tensor::copy_of(weight.shape, weight.dtype, weight.bytes), ops::Precision::f32);
    compare("relpos", ops::linear(relative_encoding(places, 0, input_.tokens), packed), kState);
  }

  void check_trunk() {
    const std::string last = fmt::format("msa_block{}.z", network_->shape().trunk.alignment.blocks - 1);
    Tensor before;
    const Watch watch = [&](const std::string& name, const Tensor& value) {
      const std::size_t dot = name.find('.');
      const std::string cycle = "cycle" + name.substr(4, dot - 4) + ".", part = name.substr(dot + 1);
      if (part == "z_init") before = value.clone();
      if (part == "z_after_template") {
        compare(cycle + "z_before_msa", value, kState);
        std::vector<float> update(value.values<float>().begin(), value.values<float>().end());
        for (std::size_t i = 0; i < update.size(); ++i) update[i] -= before.values<float>()[i];
        compare(cycle + "template_update", update, kState);
      }
      if (part == last) compare(cycle + "z_after_msa", value, kState);
      compare(cycle + part, value, kState);
    };
    embeddings_ = network_->embed(input_, features_, given_.rows(golden_.inputs().at("cycles")), watch);
    compare("s", embeddings_.single, kState);
    compare("z", embeddings_.pair, kState);
  }

  // Of the pairs of atoms the case has the first query of each window; keys that are not seen are arbitrary.
  void take_pairs(std::int64_t first, const Tensor& pairs) {
    constexpr std::int64_t kOfWindow = kWindowQueries * kWindowKeys;
    const std::int64_t width = pairs.size(1);
    for (std::int64_t w = 0; w < pairs.size(0) / kOfWindow; ++w)
      for (std::int64_t k = 0; k < kWindowKeys; ++k) {
        const auto row = pairs.rows(w * kOfWindow + k, w * kOfWindow + k + 1).values<float>();
        const bool seen = features_.atoms.keys[static_cast<std::size_t>((first + w) * kWindowKeys + k)] >= 0;
        for (std::int64_t c = 0; c < width; ++c) {
          first_queries_.push_back(row[static_cast<std::size_t>(c)]);
          seen_.push_back(seen);
        }
      }
  }

  void check_denoiser() {
    const Watch watch = [&](const std::string& name, const Tensor& value) {
      if (name.starts_with("pair_cond")) return take_pairs(std::stoll(name.substr(9)), value);
      compare(name == "cond_pair" ? "den.cond_pair" : "den.enc.cond", value, kState);
    };
    const DiffusionConditions conditions =
        network_->conditions(input_, features_, embeddings_, KeptLogits::none, watch);
    std::vector<float> expected = golden_.values("den.enc.pair_first_query");
    for (std::size_t i = 0; i < expected.size() && i < seen_.size(); ++i)
      if (!seen_[i]) expected[i] = first_queries_[i];
    worst_.add("den.enc.pair_first_query", testing::max_difference(first_queries_, expected) / kState,
               "den.enc.pair_first_query");
    const auto sigmas = golden_.inputs().at("sigmas").get<std::vector<float>>();
    for (std::size_t i = 0; i < sigmas.size(); ++i) {
      const std::string at = fmt::format("den{}.", i);
      network_->diffusion().denoise(given_.floats(at + "in"), sigmas[i], conditions,
                                    [&](const std::string& name, const Tensor& value) {
                                      compare(at + (name == "enc.skip_connection" ? "enc.skip" : name), value, kState);
                                    });
    }
  }

  void check_distogram() {
    const std::int64_t n = input_.tokens;
    const Tensor logits = network_->distogram(embeddings_.pair, {n, 0, n});
    compare("distogram.logits", logits, kState);
    contacts_ = protenix_contacts(logits.values<float>(), logits.size(1));
    compare("contact_probs", contacts_, kContacts);
  }

  // Logits of the slots that atoms have, [A, bins].
  std::vector<float> of_atoms(const Tensor& logits) const {
    const std::int64_t bins = logits.size(1) / features_.atoms.slots;
    std::vector<float> out;
    for (const std::int32_t slot : features_.atoms.slot) {
      const float* from = logits.data<float>() + slot * bins;
      out.insert(out.end(), from, from + bins);
    }
    return out;
  }

  void check_confidence_of_given() const {
    const std::int64_t n = input_.tokens;
    const ProtenixConfidenceLogits of = network_->confidence(input_, features_, embeddings_, given_.floats("confx.in"));
    compare("confx.plddt_logits", of_atoms(of.lddt), kState);
    compare("confx.resolved_logits", of_atoms(of.resolved), kState);
    compare("confx.pae_logits", network_->confidence_head().errors(of, {n, 0, n}), kState);
    compare("confx.pde_logits", network_->confidence_head().distance_errors(of, {n, 0, n}), kState);
  }

  void check_sampler() const {
    SamplerSettings settings = protenix_sampler();
    settings.samples = golden_.inputs().at("samples").get<std::int64_t>();
    settings.steps = golden_.inputs().at("steps").get<std::int64_t>();
    const std::vector<float> levels = noise_levels(settings);
    compare("sampler.noise_levels", levels, 1e-6 * levels.front());
    const DiffusionConditions conditions = network_->conditions(input_, features_, embeddings_, KeptLogits::all);
    testing::ProtenixNoise noise(given_);
    std::vector<float> denoised;
    const Tensor positions = sample_positions(
        settings, input_.atoms(), noise,
        [&](const Tensor& x, float level) { return network_->diffusion().denoise(x, level, conditions); },
        [&](const SamplerStep& step) {
          denoised.insert(denoised.end(), step.denoised.values<float>().begin(), step.denoised.values<float>().end());
        });
    compare("sampler.denoised", denoised, kPositions);
    compare("sampler.positions", positions, kPositions);
    std::map<std::string, std::vector<float>> all;  // of samples, one after the other
    for (std::int64_t s = 0; s < settings.samples; ++s)
      judge(positions.rows(s, s + 1).reshape({input_.atoms(), 3}), all);
    for (const auto& [name, values] : all) compare(name, values, tolerance_of(name));
  }

  static double tolerance_of(const std::string& name) {
    if (name.starts_with("conf.")) return kState;
    if (name == "score.plddt") return kLddt;
    return name.find("pae") != std::string::npos || name.find("pde") != std::string::npos ? kErrors : kScores;
  }

  void judge(const Tensor& positions, std::map<std::string, std::vector<float>>& to) const {
    const ProtenixConfidenceLogits of = network_->confidence(input_, features_, embeddings_, positions);
    const ProtenixConfidence& head = network_->confidence_head();
    const auto add = [&](const std::string& name, std::span<const float> values) {
      to[name].insert(to[name].end(), values.begin(), values.end());
    };
    const std::vector<float> lddt = of_atoms(of.lddt);
    add("conf.plddt_logits", lddt);
    add("conf.resolved_logits", of_atoms(of.resolved));
    const auto frames = given_.whole<std::uint8_t>("has_frame"), ligand = given_.whole<std::uint8_t>("is_ligand");
    const ProtenixScores scores = protenix_scores(
        {.chains = input_.asym_id,
         .has_frame = frames,
         .atom_token = input_.atom_token,
         .ligand = ligand,
         .contacts = contacts_,
         .lddt_logits = lddt,
         .errors = [&](const nn::folding::GridRows& rows) { return head.errors(of, rows); },
         .distance_errors = [&](const nn::folding::GridRows& rows) { return head.distance_errors(of, rows); }});
    const float ranking = scores.ranking();
    for (const auto& [name, value] : {std::pair{"score.plddt", &scores.plddt},
                                      {"score.gpde", &scores.gpde},
                                      {"score.ptm", &scores.ptm},
                                      {"score.iptm", &scores.iptm},
                                      {"score.ranking_without_clash", &ranking}})
      add(name, std::span(value, 1));
    for (const auto& [name, values] : {std::pair{"score.atom_plddt", &scores.atom_plddt},
                                       {"score.token_pair_pae", &scores.pae},
                                       {"score.token_pair_pde", &scores.pde},
                                       {"score.chain_plddt", &scores.chain_plddt},
                                       {"score.chain_gpde", &scores.chain_gpde},
                                       {"score.chain_ptm", &scores.chain_ptm},
                                       {"score.chain_iptm", &scores.chain_iptm},
                                       {"score.chain_pair_plddt", &scores.chain_pair_plddt},
                                       {"score.chain_pair_gpde", &scores.chain_pair_gpde},
                                       {"score.chain_pair_iptm", &scores.chain_pair_iptm},
                                       {"score.chain_pair_iptm_global", &scores.chain_pair_iptm_global}})
      add(name, *values);
  }

  const Case& golden_;
  Worst& worst_;
  testing::ProtenixGiven given_;
  ProtenixInput input_;
  std::unique_ptr<Protenix> network_;
  NetworkFeatures features_;
  NetworkEmbeddings embeddings_;
  std::vector<float> first_queries_, contacts_;
  std::vector<bool> seen_;
};

void check(const Case& golden, Rows& rows) {
  Worst worst;
  Checker(golden, worst).check();
  worst.write(rows, {}, 1);
}

}  // namespace

Kind protenix_network_kind() { return {"Protenix network", knows, check}; }

}  // namespace groel::golden
