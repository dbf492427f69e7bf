// IntelliFold-2's whole network on small random weights: every array at the borders of its modules, and end to end.
// Figures are relative distances over what is allowed: 1e-5 for a module, 1e-4 for what the sampler gives.
#include <algorithm>

#include "golden/kind.h"
#include "ops/elementwise.h"
#include "structure_models/alphafold3/alphafold3.h"
#include "support/af3_network.h"
#include "support/compare.h"

namespace groel::golden {
namespace {

using namespace structure_models;
using nn::folding::GridRows;

constexpr const char* kIntellifoldWeights = "intellifold_v2.bin.zst";

bool knows_intellifold(const Case& golden) {
  return golden.holds(kIntellifoldWeights) && golden.holds("inputs.safetensors");
}

class IntellifoldChecker {
 public:
  IntellifoldChecker(const Case& golden, Worst& worst)
      : golden_(golden),
        worst_(worst),
        arrays_(io::read_safetensors(golden.folder() / "inputs.safetensors")),
        run_(arrays_, golden.inputs().at("runs")[0]),
        rows_(golden.inputs().at("rows").get<std::vector<std::int64_t>>()),
        weights_(read_alphafold3_weights(golden.folder())) {}

  void check() {
    check_as_trained();
    check_keys_by_token();
  }

 private:
  static constexpr double kModule = 1e-5, kEndToEnd = 1e-4;

  void compare(const std::string& name, std::span<const float> ours, double tolerance = kModule) const {
    const std::string key = run_.key(name);
    if (golden_.has(key)) worst_.add(name, testing::relative_l2(ours, golden_.values(key)) / tolerance, name);
  }
  // Of arrays of all pairs the case has some rows.
  void compare(const std::string& name, const Tensor& ours, double tolerance = kModule) const {
    if (!golden_.has(run_.key(name))) return;
    const std::int64_t n = run_.input().tokens;
    const Shape shape = golden_.shape(run_.key(name));
    const bool some = shape.size() == 3 && shape[0] == std::ssize(rows_) && shape[1] == n && ours.size(0) == n * n;
    std::vector<float> values;
    for (const std::int64_t row : some ? rows_ : std::vector<std::int64_t>{0}) {
      const Tensor part = some ? ours.rows(row * n, (row + 1) * n).clone() : ours.clone();
      values.insert(values.end(), part.values<float>().begin(), part.values<float>().end());
    }
    compare(name, values, tolerance);
  }
  Watch watch(const std::string& prefix) const {
    return [this, prefix](const std::string& name, const Tensor& value) { compare(prefix + name, value); };
  }

  void check_as_trained() {
    network_ = network_of<Alphafold3>(weights_, ops::Precision::f32, golden_.folder());
    features_ = network_->features(run_.input(), watch(""));
    embeddings_ = network_->embed(run_.input(), features_, run_.rows(), watch(""));
    check_denoiser();
    const std::int64_t n = run_.input().tokens;
    compare("distogram.row", network_->distogram(embeddings_.pair, {n, 3, 4}));
    check_confidence();
    check_sampler();
  }

  // The other lookup of keys' conformers, with which AlphaFold 3's program runs these weights.
  void check_keys_by_token() {
    weights_.shape.key_spaces = KeySpaces::of_token_by_index;
    const auto network = network_of<Alphafold3>(weights_, ops::Precision::f32, golden_.folder());
    const Alphafold3Features features = network->features(run_.input());
    compare("by_token.target_feat", features.target);
    const NetworkEmbeddings embeddings = network->embed(run_.input(), features, run_.rows(), watch("by_token."));
    const DiffusionConditions conditions = network->conditions(run_.input(), features, embeddings, KeptLogits::all);
    denoise(*network, features, conditions, 1, watch("by_token.den1."));
  }

  void denoise(const Alphafold3& network, const Alphafold3Features& features, const DiffusionConditions& conditions,
               std::size_t which, const Watch& see) const {
    const Tensor noisy = run_.atoms_of(run_.floats(fmt::format("den{}.in", which)), features.atoms);
    network.diffusion().denoise(noisy, run_.settings().at("sigmas")[which].get<float>(), conditions, see);
  }

  // Of the pairs of atoms the case has the first query of the first and of the last window. Keys that are no atom are
  // not compared: nothing is taken of them.
  void take_pairs(std::int64_t first, const Tensor& pairs) {
    constexpr std::int64_t kOfWindow = kWindowQueries * kWindowKeys;
    const std::int64_t width = pairs.size(1);
    const std::vector<float> expected = golden_.values(run_.key("den.pair_first_query"));
    for (std::int64_t w = first; w < first + pairs.size(0) / kOfWindow; ++w) {
      if (w != 0 && w != features_.atoms.windows - 1) continue;
      for (std::int64_t k = 0; k < kWindowKeys; ++k) {
        if (features_.atoms.keys[static_cast<std::size_t>(w * kWindowKeys + k)] < 0) continue;
        const Tensor row = pairs.rows((w - first) * kOfWindow + k, (w - first) * kOfWindow + k + 1);
        first_queries_.insert(first_queries_.end(), row.values<float>().begin(), row.values<float>().end());
        const auto from = expected.begin() + ((w == 0 ? 0 : kWindowKeys) + k) * width;
        expected_queries_.insert(expected_queries_.end(), from, from + width);
      }
    }
  }

  void check_denoiser() {
    const Watch see = [&](const std::string& name, const Tensor& value) {
      if (name.starts_with("pair_cond")) return take_pairs(std::stoll(name.substr(9)), value);
      compare("den." + name, value);
    };
    const DiffusionConditions conditions =
        network_->conditions(run_.input(), features_, embeddings_, KeptLogits::none, see);
    worst_.add("den.pair_first_query", testing::relative_l2(first_queries_, expected_queries_) / kModule, "");
    for (const std::size_t i : {0U, 1U}) denoise(*network_, features_, conditions, i, watch(fmt::format("den{}.", i)));
  }

  void check_confidence() const {
    const std::int64_t n = run_.input().tokens;
    const Tensor given = run_.atoms_of(run_.floats("confx.positions"), features_.atoms);
    const ConfidenceLogits of = network_->confidence(run_.input(), features_, embeddings_,
                                                     given.reshape({features_.atoms.atoms, 3}), watch("confx."));
    const Alphafold3Confidence& head = network_->confidence_head();
    compare("confx.pae_row", head.errors(of, {n, 2, 3}));
    using Half = Alphafold3Confidence::Half;
    const GridRows row{n, 2, 3};
    compare("confx.pde_row",
            ops::add(head.half_distances(of, row, Half::rows), head.half_distances(of, row, Half::columns)));
    constexpr std::size_t kSlotsOfCase = 8, kBins = 50;
    const Tensor lddt = of.lddt.rows(1, 2).clone();
    compare("confx.plddt_token", lddt.values<float>().first(kSlotsOfCase * kBins));
    compare("confx.resolved_logits", of.resolved);
  }

  void check_sampler() const {
    SamplerSettings settings;
    settings.samples = run_.settings().at("samples").get<std::int64_t>();
    settings.steps = run_.settings().at("steps").get<std::int64_t>();
    compare("sampler.noise_levels", noise_levels(settings), 1e-6);
    const DiffusionConditions conditions = network_->conditions(run_.input(), features_, embeddings_, KeptLogits::all);
    testing::GivenNoise noise(run_, features_.atoms, settings.samples);
    Tensor denoised;
    const Tensor positions = sample_positions(
        settings, features_.atoms.atoms, noise,
        [&](const Tensor& x, float level) { return network_->diffusion().denoise(x, level, conditions); },
        [&](const SamplerStep& step) { denoised = step.denoised.clone(); });
    compare("sampler.last_denoised", denoised, kEndToEnd);
    compare("sampler.positions", positions, kEndToEnd);
  }

  const Case& golden_;
  Worst& worst_;
  io::ArrayFile arrays_;
  testing::NetworkInputs run_;
  std::vector<std::int64_t> rows_;
  Alphafold3Weights weights_;
  std::unique_ptr<Alphafold3> network_;
  Alphafold3Features features_;
  NetworkEmbeddings embeddings_;
  std::vector<float> first_queries_, expected_queries_;
};

void check_intellifold(const Case& golden, Rows& rows) {
  Worst worst;
  IntellifoldChecker(golden, worst).check();
  worst.write(rows, {}, 1);
}

}  // namespace

Kind intellifold_network_kind() { return {"IntelliFold-2 network", knows_intellifold, check_intellifold}; }

}  // namespace groel::golden
