// Boltz-2's whole network on small random weights: arrays at the borders of its modules, and end to end. Figures are
// relative distances over what is allowed: 1e-5 for a module, 1e-4 for what the sampler gives.
#include <algorithm>
#include <cmath>
#include <map>

#include "golden/kind.h"
#include "structure_models/boltz2/boltz2.h"
#include "structure_models/boltz2/scores.h"
#include "support/boltz2_input.h"
#include "support/compare.h"

namespace groel::golden {
namespace {

using namespace structure_models;

constexpr double kOfModule = 1e-5, kOfSampler = 1e-4;
constexpr double kOfScores = 5e-5;                // after the sampler
constexpr std::int64_t kFirstRow = 3, kRows = 4;  // of the grids of pairs, which the case has

bool knows_boltz2(const Case& golden) {
  return golden.holds("model.safetensors") && golden.holds("inputs.safetensors") && golden.has("den.enc.start");
}

class Boltz2Checker {
 public:
  Boltz2Checker(const Case& golden, Worst& worst)
      : golden_(golden),
        worst_(worst),
        given_(golden.folder() / "inputs.safetensors"),
        input_(given_.network_input()),
        network_(load_boltz2(golden.folder() / "model.safetensors")),
        features_(network_->features(input_)) {}

  void check() {
    compare("s_inputs", features_.target);
    check_trunk();
    check_denoiser();
    compare("distogram.logits", network_->distogram(embeddings_.pair, {input_.tokens, kFirstRow, kFirstRow + 1}));
    const Tensor logits = network_->distogram(embeddings_.pair, {input_.tokens, 0, input_.tokens});
    contacts_ = boltz2_contacts(logits.values<float>(), logits.size(1));
    check_confidence_of_given();
    check_sampler();
  }

 private:
  void compare(const std::string& name, std::span<const float> ours, double tolerance = kOfModule) const {
    if (golden_.has(name)) worst_.add(name, testing::relative_l2(ours, golden_.values(name)) / tolerance, name);
  }
  void compare(const std::string& name, const Tensor& ours, double tolerance = kOfModule) const {
    compare(name, ours.to(DType::f32).clone().values<float>(), tolerance);
  }
  // Of [N * N, C].
  void compare_pairs(const std::string& name, const Tensor& ours) const {
    compare(name, ours.rows(kFirstRow * input_.tokens, (kFirstRow + kRows) * input_.tokens));
  }

  void check_trunk() {
    Tensor before;
    const Watch watch = [&](const std::string& name, const Tensor& value) {
      const std::size_t dot = name.find('.');
      const std::string cycle = "cycle" + name.substr(4, dot - 4) + ".", part = name.substr(dot + 1);
      if (part == "z_init") before = value.clone();
      if (part == "z_after_template") {
        Tensor update = value.clone();
        for (std::int64_t i = 0; i < update.count(); ++i) update.mutable_data<float>()[i] -= before.data<float>()[i];
        return compare_pairs(cycle + "template_update", update);
      }
      if (part == "msa.m" || part == "pairformer.s") return compare(cycle + part, value);
      compare_pairs(cycle + part, value);
    };
    embeddings_ = network_->embed(input_, features_, {golden_.inputs().at("cycles").get<std::int64_t>(), 16384}, watch);
  }

  // Of the pairs of atoms the case has the first query of the first and of the last window; keys that are not seen
  // are anything there.
  void take_pairs(std::int64_t first, const Tensor& pairs) {
    constexpr std::int64_t kOfWindow = kWindowQueries * kWindowKeys;
    for (std::int64_t w = 0; w < pairs.size(0) / kOfWindow; ++w) {
      if (first + w != 0 && first + w + 1 != features_.atoms.windows) continue;
      const std::vector<float> expected = golden_.values("den.enc.pair_first_query");
      for (std::int64_t k = 0; k < kWindowKeys; ++k) {
        const Tensor row = pairs.rows(w * kOfWindow + k, w * kOfWindow + k + 1);
        const bool seen = features_.atoms.keys[static_cast<std::size_t>((first + w) * kWindowKeys + k)] >= 0;
        for (const float value : row.values<float>())
          first_queries_.push_back(seen ? value : expected[first_queries_.size()]);
      }
    }
  }

  void check_denoiser() {
    const Watch watch = [&](const std::string& name, const Tensor& value) {
      if (name.starts_with("pair_cond")) return take_pairs(std::stoll(name.substr(9)), value);
      if (name == "cond_pair") return compare_pairs("den.cond_pair", value);
      compare("den.enc.cond", value);
    };
    const DiffusionConditions conditions =
        network_->conditions(input_, features_, embeddings_, KeptLogits::none, watch);
    compare("den.enc.start", conditions.encoder.start);
    compare("den.enc.pair_first_query", first_queries_);
    const auto sigmas = golden_.inputs().at("sigmas").get<std::vector<float>>();
    for (std::size_t i = 0; i < sigmas.size(); ++i) {
      const std::string at = fmt::format("den{}.", i);
      network_->diffusion().denoise(given_.floats(at + "in"), sigmas[i], conditions,
                                    [&](const std::string& name, const Tensor& value) {
                                      compare(at + (name == "enc.skip_connection" ? "enc.skip" : name), value);
                                    });
    }
  }

  void check_confidence_of_given() const {
    const Tensor positions = given_.floats("confx.in");
    const Boltz2ConfidenceLogits of = network_->confidence(input_, features_, embeddings_, positions);
    const nn::folding::GridRows rows{input_.tokens, kFirstRow, kFirstRow + kRows};
    compare("confx.plddt_logits", of.lddt);
    compare("confx.pae_logits", network_->confidence_head().errors(of, input_.asym_id, rows));
    compare("confx.pde_logits", network_->confidence_head().distance_errors(of, input_.asym_id, rows));
    std::map<std::string, std::vector<float>> all;
    judge(positions.reshape({input_.atoms(), 3}), "scorex.", all);
    for (const auto& [name, values] : all) compare(name, values);
  }

  void check_sampler() const {
    SamplerSettings settings = boltz2_sampler();
    settings.samples = golden_.inputs().at("samples").get<std::int64_t>();
    settings.steps = golden_.inputs().at("steps").get<std::int64_t>();
    compare("sampler.noise_levels", noise_levels(settings), 1e-6);
    const DiffusionConditions conditions = network_->conditions(input_, features_, embeddings_, KeptLogits::all);
    testing::ProtenixNoise noise(given_);
    const Tensor positions = sample_positions(settings, input_.atoms(), noise, [&](const Tensor& x, float level) {
      return network_->diffusion().denoise(x, level, conditions);
    });
    compare("sampler.positions", positions, kOfSampler);
    std::map<std::string, std::vector<float>> all;  // of samples, one after the other
    for (std::int64_t s = 0; s < settings.samples; ++s)
      judge(positions.rows(s, s + 1).reshape({input_.atoms(), 3}), "score.", all);
    for (const auto& [name, values] : all) compare(name, values, kOfScores);
  }

  void judge(const Tensor& positions, const std::string& of_what, std::map<std::string, std::vector<float>>& to) const {
    const Boltz2ConfidenceLogits of = network_->confidence(input_, features_, embeddings_, positions);
    const auto add = [&](const std::string& name, std::span<const float> values) {
      auto& all = to[of_what + name];
      all.insert(all.end(), values.begin(), values.end());
    };
    const Boltz2Confidence& head = network_->confidence_head();
    const Boltz2Scores scores = boltz2_scores(
        {.input = input_,
         .positions = positions.values<float>(),
         .contacts = contacts_,
         .lddt_logits = of.lddt.values<float>(),
         .errors = [&](const nn::folding::GridRows& rows) { return head.errors(of, input_.asym_id, rows); },
         .distance_errors =
             [&](const nn::folding::GridRows& rows) { return head.distance_errors(of, input_.asym_id, rows); }});
    const auto n = static_cast<std::size_t>(input_.tokens);
    const auto rows = [&](const std::vector<float>& pairs) {
      return std::span(pairs).subspan(kFirstRow * n, kRows * n);
    };
    add("frames", std::vector<float>(scores.has_frame.begin(), scores.has_frame.end()));
    add("plddt", scores.plddt);
    add("pae", rows(scores.pae));
    add("pde", rows(scores.pde));
    add("pair_chains_iptm", scores.pair_chains_iptm);
    const float confidence = scores.confidence();
    for (const auto& [name, value] : {std::pair{"complex_plddt", &scores.complex_plddt},
                                      {"complex_iplddt", &scores.complex_iplddt},
                                      {"complex_pde", &scores.complex_pde},
                                      {"complex_ipde", &scores.complex_ipde},
                                      {"ptm", &scores.ptm},
                                      {"iptm", &scores.iptm},
                                      {"ligand_iptm", &scores.ligand_iptm},
                                      {"protein_iptm", &scores.protein_iptm},
                                      {"confidence_score", &confidence}})
      add(name, std::span(value, 1));
  }

  const Case& golden_;
  Worst& worst_;
  testing::Boltz2Given given_;
  Boltz2Input input_;
  std::unique_ptr<Boltz2> network_;
  NetworkFeatures features_;
  NetworkEmbeddings embeddings_;
  std::vector<float> first_queries_, contacts_;
};

void check_boltz2(const Case& golden, Rows& rows) {
  Worst worst;
  Boltz2Checker(golden, worst).check();
  worst.write(rows, {}, 1);
}

}  // namespace

Kind boltz2_network_kind() { return {"Boltz-2 network", knows_boltz2, check_boltz2}; }

}  // namespace groel::golden
