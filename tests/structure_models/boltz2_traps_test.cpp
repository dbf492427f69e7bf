// What would go wrong unseen in Boltz-2's network: doing a thing as another network of its kind does has to miss the
// golden values, which the network as it is gives.
#include <gtest/gtest.h>

#include "checkpoints/load.h"
#include "structure_models/boltz2/boltz2.h"
#include "structure_models/boltz2/scores.h"
#include "structure_models/boltz2/weights.h"
#include "support/boltz2_input.h"
#include "support/compare.h"
#include "support/golden.h"

namespace groel::structure_models {
namespace {

using testing::Boltz2Given;
using testing::Golden;
using testing::relative_l2;

// What is done differently.
struct Boltz2Trap {
  std::function<void(io::ArrayMap&)> weights{};
  std::function<void(Boltz2Shape&)> shape{};
  std::function<void(Boltz2Input&)> input{};
  std::function<void(NetworkFeatures&)> features{};
};

// Relative differences from the golden values.
struct Boltz2Differences {
  double target = 0, pair = 0, denoised = 0, lddt = 0, errors = 0, distances = 0;
};

constexpr double kAsItIs = 1e-5, kMissed = 5e-4;
constexpr std::int64_t kFirst = 3, kCount = 4;  // rows of the grids that the case has

class Boltz2Traps : public ::testing::Test {
 protected:
  static const Golden& golden() {
    static const Golden one("boltz2-tiny");
    return one;
  }
  static const Boltz2Given& given() {
    static const Boltz2Given one(golden().folder / "inputs.safetensors");
    return one;
  }
  static std::filesystem::path weights() { return golden().folder / "model.safetensors"; }

  static std::unique_ptr<Boltz2> network(const Boltz2Trap& trap) {
    io::ArrayMap arrays = boltz2_arrays(read_boltz2_file(weights()), weights());
    if (trap.weights) trap.weights(arrays);
    Boltz2Shape shape = boltz2_shape(arrays, weights());
    if (trap.shape) trap.shape(shape);
    auto out = std::make_unique<Boltz2>(shape);
    checkpoints::fill_slots(*out, arrays, {}, weights());
    out->prepare(ops::Precision::f32);
    return out;
  }

  static double apart(const std::string& array, const Tensor& ours) {
    return relative_l2(ours.clone().values<float>(), golden().values(array));
  }

  static Boltz2Differences differences(const Boltz2Trap& trap) {
    const auto one = network(trap);
    Boltz2Input input = given().network_input();
    if (trap.input) trap.input(input);
    NetworkFeatures features = one->features(input);
    if (trap.features) trap.features(features);
    const NetworkEmbeddings embeddings = one->embed(input, features, {2, 16384});
    const DiffusionConditions conditions = one->conditions(input, features, embeddings, KeptLogits::all);
    const Tensor positions = given().floats("confx.in");
    const Boltz2ConfidenceLogits logits = one->confidence(input, features, embeddings, positions);
    const nn::folding::GridRows rows{input.tokens, kFirst, kFirst + kCount};
    return {apart("s_inputs", features.target),
            apart("cycle1.pairformer.z", rows.of(embeddings.pair)),
            apart("den1.out", one->diffusion().denoise(given().floats("den1.in"), 0.8F, conditions)),
            apart("confx.plddt_logits", logits.lddt),
            apart("confx.pae_logits", one->confidence_head().errors(logits, input.asym_id, rows)),
            apart("confx.pde_logits", one->confidence_head().distance_errors(logits, input.asym_id, rows))};
  }

  // Of the sampler with these settings.
  static double sampled(const std::function<void(SamplerSettings&)>& change) {
    const auto one = network({});
    const Boltz2Input input = given().network_input();
    const NetworkFeatures features = one->features(input);
    const NetworkEmbeddings embeddings = one->embed(input, features, {2, 16384});
    const DiffusionConditions conditions = one->conditions(input, features, embeddings, KeptLogits::all);
    SamplerSettings settings = boltz2_sampler();
    settings.samples = 2;
    settings.steps = 3;
    if (change) change(settings);
    testing::ProtenixNoise noise(given());
    return apart("sampler.positions",
                 sample_positions(settings, input.atoms(), noise, [&](const Tensor& noisy, float level) {
                   return one->diffusion().denoise(noisy, level, conditions);
                 }));
  }
};

void put(io::ArrayMap& arrays, const std::string& name, const Tensor& values) {
  const auto kept = std::make_shared<Tensor>(values.to(DType::f32).clone());
  arrays.at(name) = {DType::f32, kept->shape(), std::as_bytes(kept->values<float>()), kept};
}
Tensor get(const io::ArrayMap& arrays, const std::string& name) {
  const io::Array& array = arrays.at(name);
  return Tensor::copy_of(array.shape, array.dtype, array.bytes).to(DType::f32).clone();
}
void clear(io::ArrayMap& arrays, const std::string& end) {
  int found = 0;
  for (auto& [name, array] : arrays)
    if (name.ends_with(end)) put(arrays, name, Tensor::zeros(array.shape)), ++found;
  ASSERT_GT(found, 0) << end;
}
void exchange(io::ArrayMap& arrays, const std::string& a, const std::string& b) {
  std::swap(arrays.at(a), arrays.at(b));
}

TEST_F(Boltz2Traps, NetworkAsItIs) {
  const Boltz2Differences seen = differences({});
  for (const double one : {seen.target, seen.pair, seen.denoised, seen.lddt, seen.errors, seen.distances})
    EXPECT_LT(one, kAsItIs);
  EXPECT_LT(sampled({}), kAsItIs);
}

// Of conditioned transitions the second half of a matrix is what opens the first, and a third product goes on top.
TEST_F(Boltz2Traps, HalvesOfTheGatedProduct) {
  const Boltz2Differences seen = differences({.weights = [](io::ArrayMap& arrays) {
    for (const char* block : {"diffusion.transformer.blocks.0.", "diffusion.transformer.blocks.1."})
      exchange(arrays, std::string(block) + "transition.gate.weight", std::string(block) + "transition.value.weight");
  }});
  EXPECT_LT(seen.pair, kAsItIs);
  EXPECT_GT(seen.denoised, kMissed);
}
TEST_F(Boltz2Traps, ThirdFactorOfTransitions) {
  const auto plain = [](io::ArrayMap& arrays) {
    std::erase_if(arrays, [](const auto& one) { return one.first.ends_with("transition.factor.weight"); });
  };
  const Boltz2Differences seen =
      differences({.weights = plain, .shape = [](Boltz2Shape& shape) {
                     for (nn::folding::TransitionKind* kind :
                          {&shape.atoms.transformer.kind, &shape.diffusion.tokens.kind,
                           &shape.diffusion.encoder.transformer.kind, &shape.diffusion.decoder.transformer.kind})
                       *kind = nn::folding::TransitionKind::swiglu;
                   }});
  EXPECT_GT(seen.target, kMissed);
  EXPECT_GT(seen.denoised, kMissed);
}

TEST_F(Boltz2Traps, QueriesBeginWithoutTheTrunk) {
  const Boltz2Differences seen =
      differences({.shape = [](Boltz2Shape& shape) { shape.diffusion.encoder.start = QueryStart::conditions; }});
  EXPECT_LT(seen.pair, kAsItIs);
  EXPECT_GT(seen.denoised, kMissed);
}
TEST_F(Boltz2Traps, ChargesAsTheyAre) {
  EXPECT_GT(differences({.shape = [](Boltz2Shape& shape) { shape.atoms.charge = ChargeScale::asinh; }}).target,
            kMissed);
}
TEST_F(Boltz2Traps, OffsetsFromTheQuery) {
  const Boltz2Differences seen = differences({.weights = [](io::ArrayMap& arrays) {
    Tensor offsets = get(arrays, "atoms.pair_features.weight");
    for (std::int64_t row = 0; row < offsets.size(0); ++row)
      for (std::int64_t c = 0; c < 3; ++c) offsets.mutable_data<float>()[row * offsets.size(1) + c] *= -1;
    put(arrays, "atoms.pair_features.weight", offsets);
  }});
  EXPECT_GT(seen.target, kMissed);
}
TEST_F(Boltz2Traps, KeysOutsideAreNotSeen) {
  const Boltz2Differences seen =
      differences({.shape = [](Boltz2Shape& shape) { shape.atoms.transformer.empty_keys = EmptyKeys::visible; }});
  EXPECT_GT(seen.target, kMissed);
}
TEST_F(Boltz2Traps, WindowsAreCutAtTheEnds) {
  const Boltz2Differences seen = differences({.features = [](NetworkFeatures& features) {
    const AtomWindows& now = features.atoms;
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(now.tokens() * now.slots));
    for (const std::int32_t slot : now.slot) mask[static_cast<std::size_t>(slot)] = 1;
    features.atoms = atom_windows(mask, now.slots, WindowEdge::shifted);
  }});
  EXPECT_LT(seen.pair, kAsItIs);
  EXPECT_GT(seen.denoised, kMissed);
}

TEST_F(Boltz2Traps, BiasesOfNorms) {
  for (const char* norm : {"diffusion.pair_norm.bias", "diffusion.single_norm.bias", "diffusion.noise_norm.bias",
                           "diffusion.tokens_norm.bias", "diffusion.out_norm.bias", "diffusion.decoder.norm.bias",
                           "diffusion.encoder.trunk_single_norm.bias", "diffusion.encoder.trunk_pair_norm.bias",
                           "diffusion.single.bias", "diffusion.encoder.features.bias"})
    EXPECT_GT(differences({.weights = [&](io::ArrayMap& arrays) { clear(arrays, norm); }}).denoised, 10 * kAsItIs)
        << norm;
}

TEST_F(Boltz2Traps, BiasOfTheOuterProductIsWhole) {
  const Boltz2Differences seen = differences(
      {.shape = [](Boltz2Shape& shape) { shape.trunk.alignment.outer.output_bias = nn::folding::OuterBias::divided; }});
  EXPECT_GT(seen.pair, kMissed);
  EXPECT_LT(seen.target, kAsItIs);
}
TEST_F(Boltz2Traps, EndingNodeIsBiasedTheOtherWayRound) {
  const Boltz2Differences seen = differences(
      {.shape = [](Boltz2Shape& shape) { shape.trunk.pairformer.pairs.ending_bias = nn::folding::EndingBias::as_is; }});
  EXPECT_GT(seen.pair, kMissed);
}
// Every pair has a type of bond, and says that nobody asked for a contact.
TEST_F(Boltz2Traps, PairsWithoutABondHaveAType) {
  EXPECT_GT(differences({.weights =
                             [](io::ArrayMap& arrays) {
                               Tensor types = get(arrays, "trunk.pairs.bond_types");
                               std::fill_n(types.mutable_data<float>(), types.size(1), 0.0F);
                               put(arrays, "trunk.pairs.bond_types", types);
                             }})
                .pair,
            kMissed);
  EXPECT_GT(differences({.weights = [](io::ArrayMap& arrays) { clear(arrays, "trunk.pairs.unspecified"); }}).pair,
            kMissed);
  const Boltz2Differences heads =
      differences({.weights = [](io::ArrayMap& arrays) { clear(arrays, "confidence.pairs.unspecified"); }});
  EXPECT_LT(heads.pair, kAsItIs);
  EXPECT_GT(heads.errors, kMissed);
}
TEST_F(Boltz2Traps, TypesOfBonds) {
  EXPECT_GT(differences({.input =
                             [](Boltz2Input& input) {
                               for (Boltz2Bond& bond : input.bonds) bond.type = 1;
                             }})
                .pair,
            kMissed);
  EXPECT_GT(differences({.input =
                             [](Boltz2Input& input) {
                               std::erase_if(input.bonds, [](const Boltz2Bond& bond) { return bond.from == bond.to; });
                             }})
                .pair,
            kMissed);
}

TEST_F(Boltz2Traps, WhatIsSaidOfTokens) {
  EXPECT_GT(differences({.input = [](Boltz2Input& input) { input.method = 0; }}).target, kMissed);
  EXPECT_GT(
      differences({.input = [](Boltz2Input& input) { std::ranges::fill(input.modified, std::uint8_t{0}); }}).target,
      kMissed);
  EXPECT_GT(differences({.input =
                             [](Boltz2Input& input) {  // RNA before DNA
                               for (Boltz2Molecule& molecule : input.molecule)
                                 if (molecule == Boltz2Molecule::rna) molecule = Boltz2Molecule::dna;
                             }})
                .target,
            kMissed);
}
TEST_F(Boltz2Traps, RowsThatArePaired) {
  const Boltz2Differences seen =
      differences({.input = [](Boltz2Input& input) { std::ranges::fill(input.paired, std::uint8_t{0}); }});
  EXPECT_LT(seen.target, kAsItIs);
  EXPECT_GT(seen.pair, kMissed);
}
TEST_F(Boltz2Traps, DeletionsGoBeyondOne) {
  EXPECT_NEAR(boltz2_deletion(1e9F), 2.4674F, 1e-4);  // pi squared over 4, not 1
  EXPECT_NEAR(boltz2_deletion(3), 1.2337F, 1e-4);
}

TEST_F(Boltz2Traps, TemplatesSayThatNothingIsThere) {
  // Letters of the row come first.
  EXPECT_GT(differences({.weights =
                             [](io::ArrayMap& arrays) {
                               const Tensor before = get(arrays, "trunk.templates.features.weight");
                               Tensor after = before.clone();
                               after.columns(43, 76).copy_from(before.columns(76, 109));
                               after.columns(76, 109).copy_from(before.columns(43, 76));
                               put(arrays, "trunk.templates.features.weight", after);
                             }})
                .pair,
            kMissed);
  // Residues without a frame see others from the origin.
  EXPECT_GT(differences({.input =
                             [](Boltz2Input& input) {
                               for (Boltz2Template& one : input.templates)
                                 for (std::size_t i = 0; i < one.there.size(); ++i)
                                   if (one.has_frame[i] == 0) one.there[i] = 0;
                             }})
                .pair,
            kMissed);
  // Tokens that no template has are of a type of their own.
  EXPECT_GT(differences({.input =
                             [](Boltz2Input& input) {
                               for (Boltz2Template& one : input.templates)
                                 for (std::int32_t& letter : one.letters)
                                   if (letter == 0) letter = kBoltz2Gap;
                             }})
                .pair,
            kMissed);
}

TEST_F(Boltz2Traps, LevelsEndAtZeroAfterTheLeast) {
  EXPECT_GT(sampled([](SamplerSettings& settings) {
              settings.spacing = LevelSpacing::over_steps;
              settings.ends_at_zero = true;
            }),
            kMissed);
  EXPECT_GT(sampled([](SamplerSettings& settings) { settings.sigma_min = 0.0004; }), 1e-6);
}
TEST_F(Boltz2Traps, StepsGoOnFromSuperposedPositions) {
  EXPECT_GT(sampled([](SamplerSettings& settings) { settings.from = StepFrom::as_drawn; }), kMissed);
}
TEST_F(Boltz2Traps, RowsAreTurnedByTheMatrix) {
  EXPECT_GT(sampled([](SamplerSettings& settings) { settings.turning = Turning::matrix_times_column; }), kMissed);
}

TEST_F(Boltz2Traps, HeadsTellChainsApart) {
  const Boltz2Differences seen = differences({.weights = [](io::ArrayMap& arrays) {
    exchange(arrays, "confidence.error_within.weight", "confidence.error_between.weight");
    exchange(arrays, "confidence.product_row.weight", "confidence.product_column.weight");
  }});
  EXPECT_LT(seen.denoised, kAsItIs);
  EXPECT_GT(seen.errors, kMissed);
  EXPECT_GT(seen.distances, kMissed);  // by the products alone
}
TEST_F(Boltz2Traps, TokensArePlacedByTheirOwnAtoms) {
  const Boltz2Differences seen = differences({.input = [](Boltz2Input& input) {
    for (std::size_t t = 0; t < input.representative.size(); ++t) input.representative[t] = input.frames[t][1];
  }});
  EXPECT_LT(seen.pair, kAsItIs);
  EXPECT_GT(seen.errors, kMissed);
  EXPECT_GT(seen.lddt, kMissed);
}
TEST_F(Boltz2Traps, FramesOfLigandsAreTheirNearestAtoms) {
  const Boltz2Input input = given().network_input();
  const Tensor positions = given().floats("confx.in");
  const std::vector<std::uint8_t> frames = boltz2_frames(input, positions.values<float>());
  const std::vector<float> expected = golden().values("scorex.frames");
  ASSERT_EQ(frames.size(), expected.size());
  int without = 0;
  for (std::size_t t = 0; t < frames.size(); ++t) {
    EXPECT_EQ(static_cast<float>(frames[t]), expected[t]) << t;
    if (input.molecule[t] == Boltz2Molecule::ligand && frames[t] == 0) ++without;
  }
  EXPECT_GT(without, 0);
  EXPECT_EQ(frames[6], 0);  // the modified residue has none
}

}  // namespace
}  // namespace groel::structure_models
