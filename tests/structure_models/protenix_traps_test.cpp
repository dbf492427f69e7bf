// What would go wrong unseen in Protenix's network: doing a thing AlphaFold 3's way has to miss the golden values,
// which the network as it is gives.
#include <gtest/gtest.h>

#include "checkpoints/load.h"
#include "structure_models/protenix/protenix.h"
#include "structure_models/protenix/weights.h"
#include "support/compare.h"
#include "support/errors.h"
#include "support/golden.h"
#include "support/protenix_input.h"

namespace groel::structure_models {
namespace {

using testing::Golden;
using testing::ProtenixGiven;
using testing::relative_l2;

// What is done differently.
struct ProtenixTrap {
  std::function<void(io::ArrayMap&)> weights{};
  std::function<void(ProtenixShape&)> shape{};
  std::function<void(ProtenixInput&)> input{};
};

// Relative differences from the golden values.
struct ProtenixDifferences {
  double target = 0, pair = 0, denoised = 0;
};

class ProtenixTraps : public ::testing::Test {
 protected:
  static const Golden& golden() {
    static const Golden one("protenix-tiny");
    return one;
  }
  static const ProtenixGiven& given() {
    static const ProtenixGiven one(golden().folder / "inputs.safetensors");
    return one;
  }
  static std::filesystem::path weights() { return golden().folder / "model.pt"; }

  static std::unique_ptr<Protenix> network(const ProtenixTrap& trap) {
    io::ArrayMap arrays = protenix_arrays(read_protenix_arrays(weights()), weights());
    if (trap.weights) trap.weights(arrays);
    ProtenixShape shape = protenix_shape(arrays, weights());
    if (trap.shape) trap.shape(shape);
    auto out = std::make_unique<Protenix>(shape);
    checkpoints::fill_slots(*out, arrays, {}, weights());
    out->prepare(ops::Precision::f32);
    return out;
  }

  static double apart(const std::string& array, const Tensor& ours) {
    return relative_l2(ours.values<float>(), golden().values(array));
  }

  static ProtenixDifferences differences(const ProtenixTrap& trap) {
    const auto one = network(trap);
    ProtenixInput input = given().input();
    if (trap.input) trap.input(input);
    const NetworkFeatures features = one->features(input);
    const NetworkEmbeddings embeddings = one->embed(input, features, given().rows(3));
    const DiffusionConditions conditions = one->conditions(input, features, embeddings, KeptLogits::all);
    return {apart("s_inputs", features.target), apart("z", embeddings.pair),
            apart("den1.out", one->diffusion().denoise(given().floats("den1.in"), 25, conditions))};
  }
};

constexpr double kAsGolden = 2e-5, kTrapped = 5e-4;

TEST_F(ProtenixTraps, NetworkAsItIs) {
  const ProtenixDifferences as_it_is = differences({});
  EXPECT_LT(as_it_is.target, kAsGolden);
  EXPECT_LT(as_it_is.pair, kAsGolden);
  EXPECT_LT(as_it_is.denoised, kAsGolden);
}

TEST_F(ProtenixTraps, KeysOfAtomsUnderANormOfTheirOwn) {
  const ProtenixDifferences seen = differences({.shape = [](ProtenixShape& shape) {
    for (AtomTransformerForm* form :
         {&shape.atoms.transformer, &shape.diffusion.encoder.transformer, &shape.diffusion.decoder.transformer})
      form->keys = nn::folding::KeyNorm::own;
  }});
  EXPECT_GT(seen.target, kTrapped);
  EXPECT_GT(seen.denoised, kTrapped);
}

TEST_F(ProtenixTraps, KeysOutsideOfTheAtomsSeen) {
  const ProtenixDifferences seen = differences({.shape = [](ProtenixShape& shape) {
    for (AtomTransformerForm* form :
         {&shape.atoms.transformer, &shape.diffusion.encoder.transformer, &shape.diffusion.decoder.transformer})
      form->empty_keys = EmptyKeys::visible;
  }});
  EXPECT_GT(seen.target, kTrapped);
  EXPECT_GT(seen.denoised, kTrapped);
}

TEST_F(ProtenixTraps, BiasOfTheEndingNodeAsItIs) {
  const ProtenixDifferences seen = differences({.shape = [](ProtenixShape& shape) {
    for (nn::folding::PairBlockForm* form :
         {&shape.trunk.pairformer.pairs, &shape.trunk.alignment.pairs, &shape.trunk.templates.block})
      form->ending_bias = nn::folding::EndingBias::as_is;
  }});
  EXPECT_LT(seen.target, kAsGolden);
  EXPECT_GT(seen.pair, kTrapped);
}

TEST_F(ProtenixTraps, IncomingEdgesExchanged) {
  const ProtenixDifferences seen = differences({.weights = [](io::ArrayMap& arrays) {
    for (auto& [name, array] : arrays)
      if (const std::size_t at = name.find("multiply_incoming.a"); at != std::string::npos) {
        std::string other = name;
        other[at + std::string("multiply_incoming.").size()] = 'b';
        std::swap(array, arrays.at(other));
      }
  }});
  EXPECT_GT(seen.pair, kTrapped);
}

TEST_F(ProtenixTraps, BondsInOneDirection) {
  const ProtenixDifferences seen = differences({.input = [](ProtenixInput& input) {
    std::erase_if(input.bonds, [](const auto& bond) { return bond.first > bond.second; });
  }});
  EXPECT_GT(seen.pair, kTrapped);
}

TEST_F(ProtenixTraps, EmptyTemplatesOfAlanine) {
  const ProtenixDifferences seen = differences({.input = [](ProtenixInput& input) {
    for (std::size_t t = 1; t < input.templates.size(); ++t) std::ranges::fill(input.templates[t].letters, 0);
  }});
  EXPECT_GT(seen.pair, kTrapped);
}

TEST_F(ProtenixTraps, FrequenciesOfAlphaFold3) {
  const ProtenixDifferences seen =
      differences({.weights =
                       [](io::ArrayMap& arrays) {
                         arrays.erase("diffusion.noise_frequencies");
                         arrays.erase("diffusion.noise_phases");
                       },
                   .shape = [](ProtenixShape& shape) { shape.diffusion.noise = NoiseFrequencies::constants; }});
  EXPECT_LT(seen.pair, kAsGolden);
  EXPECT_GT(seen.denoised, kTrapped);
}

TEST_F(ProtenixTraps, EveryArrayIsAskedFor) {
  io::ArrayMap arrays = protenix_arrays(read_protenix_arrays(weights()), weights());
  const ProtenixShape shape = protenix_shape(arrays, weights());
  arrays.erase("trunk.pairformer.1.pairs.attend_ending.gate.weight");
  arrays["trunk.more.weight"] = arrays.begin()->second;
  Protenix network(shape);
  const Error error = testing::error_of([&] { checkpoints::fill_slots(network, arrays, {}, weights()); });
  EXPECT_EQ(error.kind(), ErrorKind::bad_model);
  EXPECT_NE(std::string(error.what()).find("attend_ending.gate.weight"), std::string::npos);
  EXPECT_NE(std::string(error.what()).find("trunk.more.weight"), std::string::npos);
}

}  // namespace
}  // namespace groel::structure_models
