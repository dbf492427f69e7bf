// OpenFold3's whole network on small random weights: every array at the borders of its modules, and end to end.
// Figures are relative distances over what is allowed: 1e-5 for a module, 1e-4 for what the sampler gives.
#include <algorithm>
#include <cmath>
#include <map>

#include "golden/kind.h"
#include "structure_models/openfold3/openfold3.h"
#include "structure_models/openfold3/scores.h"
#include "structure_models/structure_run.h"
#include "support/compare.h"
#include "support/openfold3_input.h"

namespace groel::golden {
namespace {

using namespace structure_models;

constexpr double kModule = 1e-5, kEndToEnd = 1e-4;
constexpr double kScores = 5e-5;  // after the sampler: a thousandth off in one of some hundred atoms is seen

bool knows_openfold3(const Case& golden) {
  return golden.holds("model.pt") && golden.holds("inputs.safetensors") && golden.has("openbind.z");
}

class Openfold3Checker {
 public:
  Openfold3Checker(const Case& golden, Worst& worst)
      : golden_(golden),
        worst_(worst),
        given_(golden.folder() / "inputs.safetensors"),
        input_(given_.network_input()),
        network_(load_openfold3(golden.folder() / "model.pt")),
        features_(network_->features(input_)) {}

  void check() {
    compare("s_inputs", features_.target);
    check_trunk();
    check_denoiser();
    const std::int64_t n = input_.tokens;
    const Tensor logits = network_->distogram(embeddings_.pair, {n, 0, n});
    compare("distogram.logits", logits);
    contacts_ = protenix_contacts(logits.values<float>(), logits.size(1));
    compare("contact_probs", contacts_);
    check_confidence_of_given();
    check_sampler();
  }

 private:
  void compare(const std::string& name, std::span<const float> ours, double tolerance = kModule) const {
    if (golden_.has(name)) worst_.add(name, testing::relative_l2(ours, golden_.values(name)) / tolerance, name);
  }
  void compare(const std::string& name, const Tensor& ours, double tolerance = kModule) const {
    compare(name, ours.to(DType::f32).clone().values<float>(), tolerance);
  }

  void check_trunk() {
    Tensor before;
    const Watch watch = [&](const std::string& name, const Tensor& value) {
      const std::size_t dot = name.find('.');
      const std::string cycle = "cycle" + name.substr(4, dot - 4) + ".", part = name.substr(dot + 1);
      if (part == "z_init") before = value.clone();
      if (part == "z_after_template") {
        std::vector<float> update(value.values<float>().begin(), value.values<float>().end());
        for (std::size_t i = 0; i < update.size(); ++i) update[i] -= before.values<float>()[i];
        compare(cycle + "template_update", update);
      }
      compare(cycle + part, value);
    };
    embeddings_ = network_->embed(input_, features_, given_.rows(golden_.inputs().at("cycles")), watch);
    compare("s", embeddings_.single);
    compare("z", embeddings_.pair);
  }

  // Of the pairs of atoms the case has the first query of each window; keys that are not seen are zeros there.
  void take_pairs(std::int64_t first, const Tensor& pairs) {
    constexpr std::int64_t kOfWindow = kWindowQueries * kWindowKeys;
    for (std::int64_t w = 0; w < pairs.size(0) / kOfWindow; ++w)
      for (std::int64_t k = 0; k < kWindowKeys; ++k) {
        const Tensor row = pairs.rows(w * kOfWindow + k, w * kOfWindow + k + 1);
        const bool seen = features_.atoms.keys[static_cast<std::size_t>((first + w) * kWindowKeys + k)] >= 0;
        for (const float value : row.values<float>()) first_queries_.push_back(seen ? value : 0);
      }
  }

  void check_denoiser() {
    const Watch watch = [&](const std::string& name, const Tensor& value) {
      if (name.starts_with("pair_cond")) return take_pairs(std::stoll(name.substr(9)), value);
      compare(name == "cond_pair" ? "den.cond_pair" : "den.enc.cond", value);
    };
    const DiffusionConditions conditions =
        network_->conditions(input_, features_, embeddings_, KeptLogits::none, watch);
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
    const std::int64_t n = input_.tokens;
    const Tensor positions = given_.floats("confx.in");
    compare("confx.representative", protenix_places(input_, positions.values<float>()));
    const ConfidenceLogits of = network_->confidence(input_, features_, embeddings_, positions);
    compare("confx.plddt_logits", logits_of_atoms(of.lddt, features_.atoms));
    compare("confx.resolved_logits", logits_of_atoms(of.resolved, features_.atoms));
    compare("confx.pae_logits", network_->confidence_head().errors(of, {n, 0, n}));
    compare("confx.pde_logits", network_->distance_errors(of, {n, 0, n}));
    std::map<std::string, std::vector<float>> all;
    judge(positions.reshape({input_.atoms(), 3}), "scorex.", all);
    for (const auto& [name, values] : all) compare(name, values);
  }

  void check_sampler() const {
    SamplerSettings settings = openfold3_sampler();
    settings.samples = golden_.inputs().at("samples").get<std::int64_t>();
    settings.steps = golden_.inputs().at("steps").get<std::int64_t>();
    compare("sampler.noise_levels", noise_levels(settings), 1e-6);
    const DiffusionConditions conditions = network_->conditions(input_, features_, embeddings_, KeptLogits::all);
    testing::ProtenixNoise noise(given_);
    std::vector<float> denoised;
    const Tensor positions = sample_positions(
        settings, input_.atoms(), noise,
        [&](const Tensor& x, float level) { return network_->diffusion().denoise(x, level, conditions); },
        [&](const SamplerStep& step) {
          denoised.insert(denoised.end(), step.denoised.values<float>().begin(), step.denoised.values<float>().end());
        });
    compare("sampler.denoised", denoised, kEndToEnd);
    compare("sampler.positions", positions, kEndToEnd);
    std::map<std::string, std::vector<float>> all;  // of samples, one after the other
    for (std::int64_t s = 0; s < settings.samples; ++s)
      judge(positions.rows(s, s + 1).reshape({input_.atoms(), 3}), "score.", all);
    for (const auto& [name, values] : all) compare(name, values, kScores);
  }

  void judge(const Tensor& positions, const std::string& of_what, std::map<std::string, std::vector<float>>& to) const {
    const ConfidenceLogits of = network_->confidence(input_, features_, embeddings_, positions);
    const auto add = [&](const std::string& name, std::span<const float> values) {
      auto& all = to[of_what + name];
      all.insert(all.end(), values.begin(), values.end());
    };
    const std::vector<std::uint8_t> frames = openfold3_frames(input_, positions.values<float>());
    add("has_frame", std::vector<float>(frames.begin(), frames.end()));
    const std::vector<float> lddt = logits_of_atoms(of.lddt, features_.atoms);
    const ProtenixScores scores = protenix_scores(
        {.chains = input_.asym_id,
         .has_frame = frames,
         .atom_token = input_.atom_token,
         .ligand = input_.ligand,
         .contacts = contacts_,
         .lddt_logits = lddt,
         .errors = [&](const nn::folding::GridRows& rows) { return network_->confidence_head().errors(of, rows); },
         .distance_errors = [&](const nn::folding::GridRows& rows) { return network_->distance_errors(of, rows); },
         .half = LigandHalf::exact});
    for (const auto& [name, value] : {std::pair{"gpde", &scores.gpde}, {"ptm", &scores.ptm}, {"iptm", &scores.iptm}})
      add(name, std::span(value, 1));
    for (const auto& [name, values] : {std::pair{"atom_plddt", &scores.atom_plddt},
                                       {"token_pair_pae", &scores.pae},
                                       {"token_pair_pde", &scores.pde},
                                       {"chain_ptm", &scores.chain_ptm},
                                       {"chain_pair_iptm", &scores.chain_pair_iptm},
                                       {"bespoke_iptm", &scores.chain_pair_iptm_global}})
      add(name, *values);
  }

  const Case& golden_;
  Worst& worst_;
  testing::Openfold3Given given_;
  Openfold3Input input_;
  std::unique_ptr<Openfold3> network_;
  NetworkFeatures features_;
  NetworkEmbeddings embeddings_;
  std::vector<float> first_queries_, contacts_;
};

void check_openfold3(const Case& golden, Rows& rows) {
  Worst worst;
  Openfold3Checker(golden, worst).check();
  worst.write(rows, {}, 1);
}

}  // namespace

Kind openfold3_network_kind() { return {"OpenFold3 network", knows_openfold3, check_openfold3}; }

}  // namespace groel::golden
