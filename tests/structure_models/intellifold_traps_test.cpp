// What would go wrong unseen in IntelliFold-2's network: doing a thing as AlphaFold 3 does has to miss the golden
// values, which the network as it is gives.
#include <gtest/gtest.h>

#include "structure_models/alphafold3/alphafold3.h"
#include "support/af3_network.h"
#include "support/compare.h"
#include "support/golden.h"

namespace groel::structure_models {
namespace {

using testing::Golden;
using testing::NetworkInputs;
using testing::relative_l2;

// Relative differences from the golden values.
struct IntellifoldDifferences {
  double target = 0, pair = 0, denoised = 0, positions = 0;
};

class IntellifoldTraps : public ::testing::Test {
 protected:
  using Change = std::function<void(Alphafold3Weights&)>;

  static const Golden& golden() {
    static const Golden one("intellifold-tiny");
    return one;
  }
  static const NetworkInputs& given() {
    static const io::ArrayFile arrays = io::read_safetensors(golden().folder / "inputs.safetensors");
    static const NetworkInputs one(arrays, golden().inputs["runs"][0]);
    return one;
  }
  static double apart(const std::string& array, const Tensor& ours) {
    return relative_l2(ours.clone().values<float>(), golden().values(given().key(array)));
  }
  // Of the pairs the case has some rows.
  static Tensor rows_of(const Tensor& pair) {
    const auto rows = golden().inputs["rows"].get<std::vector<std::int64_t>>();
    const std::int64_t n = given().input().tokens;
    Tensor out = Tensor::empty({std::ssize(rows) * n, pair.size(1)});
    for (std::int64_t i = 0; i < std::ssize(rows); ++i) {
      const std::int64_t row = rows[static_cast<std::size_t>(i)];
      out.rows(i * n, (i + 1) * n).copy_from(pair.rows(row * n, (row + 1) * n));
    }
    return out;
  }

  static IntellifoldDifferences run(const Change& change = {}, const SamplerSettings& sampler = {}) {
    Alphafold3Weights own = read_alphafold3_weights(golden().folder);
    if (change) change(own);
    const auto network = network_of<Alphafold3>(own, ops::Precision::f32, golden().folder);
    const Alphafold3Features features = network->features(given().input());
    const NetworkEmbeddings embeddings = network->embed(given().input(), features, given().rows());
    const DiffusionConditions conditions = network->conditions(given().input(), features, embeddings, KeptLogits::all);
    const Tensor noisy = given().atoms_of(given().floats("den1.in"), features.atoms);
    SamplerSettings settings = sampler;
    settings.samples = 1;
    settings.steps = given().settings().at("steps").get<std::int64_t>();
    testing::GivenNoise noise(given(), features.atoms, settings.samples);
    const Tensor positions = sample_positions(settings, features.atoms.atoms, noise, [&](const Tensor& x, float level) {
      return network->diffusion().denoise(x, level, conditions);
    });
    return {apart("target_feat", features.target), apart("pass1.z", rows_of(embeddings.pair)),
            apart("den1.out", network->diffusion().denoise(noisy, 4, conditions)),
            apart("sampler.positions", positions)};
  }
};

constexpr double kModule = 1e-5, kEndToEnd = 1e-4;

TEST_F(IntellifoldTraps, TheNetworkAsItIsGivesTheGoldenValues) {
  const IntellifoldDifferences as_is = run();
  EXPECT_LT(as_is.target, kModule);
  EXPECT_LT(as_is.pair, kModule);
  EXPECT_LT(as_is.denoised, kModule);
  EXPECT_LT(as_is.positions, kEndToEnd);
}

TEST_F(IntellifoldTraps, KeysHaveTheConformerOfTheirOwnAtom) {
  const auto turned = run([](auto& w) { w.shape.key_spaces = KeySpaces::of_token_by_index; });
  EXPECT_GT(turned.target, 5e-4);
  EXPECT_GT(turned.denoised, 1e-3);
}

TEST_F(IntellifoldTraps, EmptyKeysTakeNoShare) {
  const auto turned = run([](auto& w) { w.shape.empty_keys = EmptyKeys::visible; });
  EXPECT_GT(turned.target, 1e-3);
  EXPECT_GT(turned.denoised, 1e-3);
}

TEST_F(IntellifoldTraps, TheLastWindowsEndAfterTheEmptyPlaces) {
  const auto turned = run([](auto& w) { w.shape.windows = WindowEdge::shifted; });
  EXPECT_GT(turned.target, 1e-3);
  EXPECT_GT(turned.denoised, 1e-3);
}

TEST_F(IntellifoldTraps, BondsGoBothWays) {
  const auto turned = run([](auto& w) { w.shape.bonds = BondSides::listed; });
  EXPECT_LT(turned.target, kModule);
  EXPECT_GT(turned.pair, 1e-3);
}

TEST_F(IntellifoldTraps, NoiseHasItsOwnFrequencies) {
  const auto turned = run([](auto& w) {
    w.shape.noise = NoiseFrequencies::constants;
    w.arrays.erase("diffusion.noise_frequencies");
    w.arrays.erase("diffusion.noise_phases");
  });
  EXPECT_LT(turned.pair, kModule);
  EXPECT_GT(turned.denoised, 1e-2);
}

TEST_F(IntellifoldTraps, TheEndingBiasIsNotTransposed) {
  const auto turned = run([](auto& w) { w.shape.ending_bias = nn::folding::EndingBias::transposed; });
  EXPECT_GT(turned.pair, 1e-3);
}

TEST_F(IntellifoldTraps, TheSamplerIsAlphaFold3s) {
  SamplerSettings turned;
  turned.turning = Turning::matrix_times_column;
  EXPECT_GT(run({}, turned).positions, 0.1);
}

}  // namespace
}  // namespace groel::structure_models
