// What would go wrong unseen in OpenFold3's network: doing a thing as another network of its kind does has to miss the
// golden values, which the network as it is gives.
#include <gtest/gtest.h>

#include "checkpoints/load.h"
#include "structure_models/openfold3/openfold3.h"
#include "structure_models/openfold3/scores.h"
#include "structure_models/openfold3/table.h"
#include "structure_models/structure_run.h"
#include "support/compare.h"
#include "support/errors.h"
#include "support/golden.h"
#include "support/openfold3_file.h"
#include "support/openfold3_input.h"

namespace groel::structure_models {
namespace {

using testing::Golden;
using testing::Openfold3Given;
using testing::relative_l2;

// What is done differently.
struct Openfold3Trap {
  std::function<void(io::ArrayMap&)> weights{};
  std::function<void(Openfold3Shape&)> shape{};
  std::function<void(Openfold3Input&)> input{};
  std::function<void(NetworkFeatures&)> features{};
};

// Relative differences from the golden values.
struct Openfold3Differences {
  double target = 0, pair = 0, denoised = 0, errors = 0, distances = 0;
};

class Openfold3Traps : public ::testing::Test {
 protected:
  static const Golden& golden() {
    static const Golden one("openfold3-tiny");
    return one;
  }
  static const Openfold3Given& given() {
    static const Openfold3Given one(golden().folder / "inputs.safetensors");
    return one;
  }
  static std::filesystem::path weights() { return golden().folder / "model.pt"; }

  static std::unique_ptr<Openfold3> network(const Openfold3Trap& trap, io::ArrayMap published,
                                            Openfold3Release release) {
    io::ArrayMap arrays = openfold3_arrays(std::move(published), weights());
    if (trap.weights) trap.weights(arrays);
    Openfold3Shape shape = openfold3_shape(arrays, release, weights());
    if (trap.shape) trap.shape(shape);
    auto out = std::make_unique<Openfold3>(shape);
    checkpoints::fill_slots(*out, arrays, {}, weights());
    out->prepare(ops::Precision::f32);
    return out;
  }

  static double apart(const std::string& array, const Tensor& ours) {
    return relative_l2(ours.values<float>(), golden().values(array));
  }

  static Openfold3Differences differences(const Openfold3Trap& trap) {
    PublishedOpenfold3 file = read_openfold3_file(weights());
    return differences(trap, std::move(file.arrays), file.release, "");
  }
  static Openfold3Differences differences(const Openfold3Trap& trap, io::ArrayMap published, Openfold3Release release,
                                          const std::string& of) {
    const auto one = network(trap, std::move(published), release);
    Openfold3Input input = given().network_input();
    if (trap.input) trap.input(input);
    NetworkFeatures features = one->features(input);
    if (trap.features) trap.features(features);
    const NetworkEmbeddings embeddings = one->embed(input, features, given().rows(2));
    const DiffusionConditions conditions = one->conditions(input, features, embeddings, KeptLogits::all);
    Openfold3Differences out{
        apart(of + "s_inputs", features.target), apart(of + "z", embeddings.pair),
        apart(of + "den1.out", one->diffusion().denoise(given().floats("den1.in"), 25, conditions))};
    if (!of.empty()) return out;
    const ConfidenceLogits logits = one->confidence(input, features, embeddings, given().floats("confx.in"));
    out.errors = apart("confx.pae_logits", one->confidence_head().errors(logits, {input.tokens, 0, input.tokens}));
    out.distances = apart("confx.pde_logits", one->distance_errors(logits, {input.tokens, 0, input.tokens}));
    return out;
  }
};

constexpr double kUntouched = 1e-5, kSpoilt = 5e-4;

// x without some columns.
Tensor without_columns(const Tensor& x, const std::vector<std::int64_t>& gone) {
  Tensor out = Tensor::empty({x.size(0), x.size(1) - std::ssize(gone)});
  std::int64_t to = 0;
  for (std::int64_t c = 0; c < x.size(1); ++c)
    if (std::ranges::find(gone, c) == gone.end()) {
      out.columns(to, to + 1).copy_from(x.columns(c, c + 1));
      ++to;
    }
  return out;
}

void keep(io::Array& array, const Tensor& values, std::vector<std::int64_t> shape) {
  const auto kept = std::make_shared<Tensor>(values.clone());
  array = {DType::f32, std::move(shape), std::as_bytes(kept->values<float>()), kept};
}

TEST_F(Openfold3Traps, NetworkAsItIs) {
  const Openfold3Differences as_it_is = differences({});
  EXPECT_LT(as_it_is.target, kUntouched);
  EXPECT_LT(as_it_is.pair, kUntouched);
  EXPECT_LT(as_it_is.denoised, kUntouched);
  EXPECT_LT(as_it_is.errors, kUntouched);
  EXPECT_LT(as_it_is.distances, kUntouched);
}

TEST_F(Openfold3Traps, KeysOfAtomsOnTopOfQueries) {
  const Openfold3Differences seen = differences({.shape = [](Openfold3Shape& shape) {
    for (AtomTransformerForm* form :
         {&shape.atoms.transformer, &shape.diffusion.encoder.transformer, &shape.diffusion.decoder.transformer})
      form->keys = nn::folding::KeyNorm::on_top;
  }});
  EXPECT_GT(seen.target, kSpoilt);
  EXPECT_GT(seen.denoised, kSpoilt);
}

TEST_F(Openfold3Traps, KeysOutsideOfTheAtomsSeen) {
  const Openfold3Differences seen = differences({.shape = [](Openfold3Shape& shape) {
    for (AtomTransformerForm* form :
         {&shape.atoms.transformer, &shape.diffusion.encoder.transformer, &shape.diffusion.decoder.transformer})
      form->empty_keys = EmptyKeys::visible;
  }});
  EXPECT_GT(seen.target, kSpoilt);
  EXPECT_GT(seen.denoised, kSpoilt);
}

TEST_F(Openfold3Traps, KeysLookedUpInTheWrongArray) {
  const Openfold3Differences seen = differences({.features = [](NetworkFeatures& features) {
    for (std::size_t a = 0; a < features.reference.key_space.size(); ++a)
      features.reference.key_space[a] = features.reference.space[a / 24];
  }});
  EXPECT_GT(seen.denoised, kSpoilt);
}

TEST_F(Openfold3Traps, AtomsWithoutAPlaceSilent) {
  const Openfold3Differences seen = differences({.shape = [](Openfold3Shape& shape) {
    shape.atoms.unknown = shape.diffusion.encoder.unknown = UnknownAtoms::silent;
  }});
  EXPECT_GT(seen.target, kSpoilt);
}

TEST_F(Openfold3Traps, ElementsCountedFromOne) {
  const Openfold3Differences seen = differences({.input = [](Openfold3Input& input) {
    for (std::int32_t& element : input.ref_element) ++element;
  }});
  EXPECT_GT(seen.target, kSpoilt);
}

TEST_F(Openfold3Traps, BiasOfTheEndingNodeAsItIs) {
  const Openfold3Differences seen = differences({.shape = [](Openfold3Shape& shape) {
    for (nn::folding::PairBlockForm* form :
         {&shape.trunk.pairformer.pairs, &shape.trunk.alignment.pairs, &shape.trunk.templates.block})
      form->ending_bias = nn::folding::EndingBias::as_is;
  }});
  EXPECT_LT(seen.target, kUntouched);
  EXPECT_GT(seen.pair, kSpoilt);
}

TEST_F(Openfold3Traps, BiasOfTheEndingNodeAsItIsInTheHeads) {
  const Openfold3Differences seen = differences({.shape = [](Openfold3Shape& shape) {
    shape.confidence.pairformer.pairs.ending_bias = nn::folding::EndingBias::as_is;
  }});
  EXPECT_LT(seen.pair, kUntouched);
  EXPECT_GT(seen.errors, kSpoilt);
}

void exchange(io::ArrayMap& arrays, const std::string& one, const std::string& other) {
  std::swap(arrays.at(one), arrays.at(other));
}

TEST_F(Openfold3Traps, IncomingEdgesExchanged) {
  const Openfold3Differences seen = differences({.weights = [](io::ArrayMap& arrays) {
    std::vector<std::string> names;
    for (const auto& [name, array] : arrays)
      if (name.find("multiply_incoming.a") != std::string::npos) names.push_back(name);
    for (const std::string& name : names) {
      std::string other = name;
      other[name.find("multiply_incoming.a") + std::string("multiply_incoming.").size()] = 'b';
      exchange(arrays, name, other);
    }
  }});
  EXPECT_GT(seen.pair, kSpoilt);
}

TEST_F(Openfold3Traps, LettersOfTemplatesExchanged) {
  const Openfold3Differences seen = differences({.weights = [](io::ArrayMap& arrays) {
    io::Array& features = arrays.at("trunk.templates.features.weight");
    Tensor turned = Tensor::copy_of(features.shape, features.dtype, features.bytes);
    const Tensor before = turned.clone();
    constexpr std::int64_t kFirst = 40, kLetters = kProtenixLetters;
    turned.columns(kFirst, kFirst + kLetters).copy_from(before.columns(kFirst + kLetters, kFirst + 2 * kLetters));
    turned.columns(kFirst + kLetters, kFirst + 2 * kLetters).copy_from(before.columns(kFirst, kFirst + kLetters));
    keep(features, turned, features.shape);
  }});
  EXPECT_GT(seen.pair, kSpoilt);
}

TEST_F(Openfold3Traps, RowsAndColumnsOfTheHeadsExchanged) {
  const Openfold3Differences seen = differences(
      {.weights = [](io::ArrayMap& arrays) { exchange(arrays, "confidence.row.weight", "confidence.column.weight"); }});
  EXPECT_GT(seen.errors, kSpoilt);
}

TEST_F(Openfold3Traps, BondsInOneDirection) {
  const Openfold3Differences seen = differences({.input = [](Openfold3Input& input) {
    std::erase_if(input.bonds, [](const auto& bond) { return bond.first > bond.second; });
  }});
  EXPECT_GT(seen.pair, kSpoilt);
}

TEST_F(Openfold3Traps, EmptyTemplatesOfGaps) {
  const Openfold3Differences seen = differences({.input = [](Openfold3Input& input) {
    for (std::size_t t = 2; t < input.templates.size(); ++t)
      std::ranges::fill(input.templates[t].letters, static_cast<std::int32_t>(kProtenixGap));
  }});
  EXPECT_GT(seen.pair, kSpoilt);
}

TEST_F(Openfold3Traps, TemplatesWithinChainsAlone) {
  const Openfold3Differences seen =
      differences({.shape = [](Openfold3Shape& shape) { shape.trunk.templates.pairs = TemplatePairs::within_chains; }});
  EXPECT_GT(seen.pair, kSpoilt);
}

TEST_F(Openfold3Traps, TemplatesOfAllPairsAlike) {
  const Openfold3Differences seen =
      differences({.shape = [](Openfold3Shape& shape) { shape.trunk.templates.pairs = TemplatePairs::all; }});
  EXPECT_GT(seen.pair, kSpoilt);
}

TEST_F(Openfold3Traps, RowsThatAreNotThereCounted) {
  const Openfold3Differences seen = differences({.input = [](Openfold3Input& input) { input.msa_mask.clear(); }});
  EXPECT_LT(seen.target, kUntouched);
  EXPECT_GT(seen.pair, kSpoilt);
}

TEST_F(Openfold3Traps, DeletionsUpToOne) {
  const Openfold3Differences seen =
      differences({.shape = [](Openfold3Shape& shape) { shape.trunk.alignment.deletions = DeletionScale::to_one; }});
  EXPECT_GT(seen.pair, kSpoilt);
}

TEST_F(Openfold3Traps, FrequenciesOfAlphaFold3) {
  const Openfold3Differences seen =
      differences({.weights =
                       [](io::ArrayMap& arrays) {
                         arrays.erase("diffusion.noise_frequencies");
                         arrays.erase("diffusion.noise_phases");
                       },
                   .shape = [](Openfold3Shape& shape) { shape.diffusion.noise = NoiseFrequencies::constants; }});
  EXPECT_LT(seen.pair, kUntouched);
  EXPECT_GT(seen.denoised, kSpoilt);
}

// Unknown DNA in the residue type and in the profile, which AlphaFold 3 does not know: zeros here, so that everything
// but the norm over single tokens (833 channels as published) stays as it is.
TEST_F(Openfold3Traps, NormWithoutTwoChannels) {
  constexpr std::int64_t kSingle = 18, kAtoms = 14, kUnknownDna = 30;
  const std::vector<std::int64_t> gone{kAtoms + kUnknownDna, kAtoms + kProtenixLetters + kUnknownDna};
  const std::vector<std::int64_t> after{kSingle + gone[0], kSingle + gone[1]};
  const Openfold3Differences seen = differences(
      {.weights =
           [&](io::ArrayMap& arrays) {
             for (const char* name : {"trunk.row", "trunk.column", "trunk.single", "trunk.alignment.target",
                                      "confidence.row", "confidence.column", "diffusion.single"}) {
               io::Array& array = arrays.at(std::string(name) + ".weight");
               const Tensor cut = without_columns(Tensor::copy_of(array.shape, array.dtype, array.bytes),
                                                  std::string(name) == "diffusion.single" ? after : gone);
               keep(array, cut, {cut.size(0), cut.size(1)});
             }
             io::Array& gain = arrays.at("diffusion.single_norm.weight");
             const Tensor cut = without_columns(
                 Tensor::copy_of(gain.shape, gain.dtype, gain.bytes).reshape({1, gain.shape[0]}), after);
             keep(gain, cut, {cut.size(1)});
           },
       .features = [&](NetworkFeatures& features) { features.target = without_columns(features.target, gone); }});
  EXPECT_LT(seen.pair, kUntouched);
  EXPECT_LT(seen.errors, kUntouched);
  EXPECT_GT(seen.denoised, kSpoilt);
}

// A run of the sampler, with what is turned around.
TEST_F(Openfold3Traps, PositionsTurnedTheOtherWay) {
  const auto one = load_openfold3(weights());
  const Openfold3Input input = given().network_input();
  const NetworkFeatures features = one->features(input);
  const NetworkEmbeddings embeddings = one->embed(input, features, given().rows(2));
  const DiffusionConditions conditions = one->conditions(input, features, embeddings, KeptLogits::all);
  const auto positions = [&](const std::function<void(SamplerSettings&)>& change) {
    SamplerSettings settings = openfold3_sampler();
    settings.samples = 2, settings.steps = 4;
    change(settings);
    testing::ProtenixNoise noise(given());
    return apart("sampler.positions",
                 sample_positions(settings, input.atoms(), noise, [&](const Tensor& x, float level) {
                   return one->diffusion().denoise(x, level, conditions);
                 }));
  };
  const double untouched = positions([](SamplerSettings&) {});
  EXPECT_LT(untouched, kUntouched);
  EXPECT_GT(positions([](SamplerSettings& to) { to.turning = Turning::row_times_matrix; }), kSpoilt);
  EXPECT_GT(positions([](SamplerSettings& to) { to.ends_at_zero = true; }), 20 * untouched);  // a last small step
  EXPECT_GT(positions([](SamplerSettings& to) { to.noisier = NoisierStep::by_previous_level; }), kSpoilt);
}

TEST_F(Openfold3Traps, FramesOfTheGivenPositions) {
  const Openfold3Input input = given().network_input();
  const Tensor places = given().floats("confx.in");
  const std::vector<std::uint8_t> frames = openfold3_frames(input, places.values<float>());
  EXPECT_EQ(std::vector<float>(frames.begin(), frames.end()), golden().values("scorex.has_frame"));
  EXPECT_NE(std::ranges::count(frames, 0), 0);  // a single atom whose neighbours lie on a line
}

// A chain of one nucleotide is a ligand where half of it is rounded down, as Protenix does.
TEST_F(Openfold3Traps, HalfOfAChainRoundedDown) {
  const Openfold3Input input = given().network_input();
  const std::vector<float> frames = golden().values("scorex.has_frame"), lddt(input.atom_token.size()),
                           contacts(static_cast<std::size_t>(input.tokens * input.tokens), 0.5F);
  const std::vector<std::uint8_t> has_frame(frames.begin(), frames.end());
  const auto logits = [&](const std::string& name) {
    const std::vector<float> all = golden().values(name);
    const std::int64_t bins = std::ssize(all) / (input.tokens * input.tokens);
    return [all, bins, n = input.tokens](const nn::folding::GridRows& rows) {
      const auto begin = all.begin() + rows.begin * n * bins, end = all.begin() + rows.end * n * bins;
      return Tensor::of<float>({(rows.end - rows.begin) * n, bins}, std::vector<float>(begin, end));
    };
  };
  const auto interfaces = [&](LigandHalf half) {
    return relative_l2(protenix_scores({.chains = input.asym_id,
                                        .has_frame = has_frame,
                                        .atom_token = input.atom_token,
                                        .ligand = input.ligand,
                                        .contacts = contacts,
                                        .lddt_logits = lddt,
                                        .errors = logits("confx.pae_logits"),
                                        .distance_errors = logits("confx.pde_logits"),
                                        .half = half})
                           .chain_pair_iptm_global,
                       golden().values("scorex.bespoke_iptm"));
  };
  EXPECT_LT(interfaces(LigandHalf::exact), kUntouched);
  EXPECT_GT(interfaces(LigandHalf::rounded_down), kSpoilt);
}

// OpenBind's file and ways, made of the same weights: one norm for all blocks of each transformer, that of the first.
TEST_F(Openfold3Traps, OpenBindGoesAnotherWay) {
  testing::Openfold3File file;
  file.share_norms(testing::Openfold3File::Norms::all);
  const PublishedOpenfold3 read = file.reread();
  ASSERT_EQ(read.release, Openfold3Release::openbind);
  const Openfold3Differences seen = differences({}, read.arrays, read.release, "openbind.");
  EXPECT_LT(seen.target, kUntouched);
  EXPECT_LT(seen.pair, kUntouched);
  EXPECT_LT(seen.denoised, kUntouched);
  const Openfold3Differences transposed = differences(
      {.shape =
           [](Openfold3Shape& shape) {
             for (nn::folding::PairBlockForm* form : {&shape.trunk.pairformer.pairs, &shape.trunk.alignment.pairs})
               form->ending_bias = nn::folding::EndingBias::transposed;
           }},
      read.arrays, read.release, "openbind.");
  EXPECT_GT(transposed.pair, kSpoilt);
  const Openfold3Differences preview = differences({}, read.arrays, Openfold3Release::preview_1, "openbind.");
  EXPECT_GT(preview.pair, kSpoilt);
}

TEST_F(Openfold3Traps, EveryArrayIsAskedFor) {
  io::ArrayMap arrays = openfold3_arrays(read_openfold3_file(weights()).arrays, weights());
  const Openfold3Shape shape = openfold3_shape(arrays, Openfold3Release::preview_1, weights());
  arrays.erase("trunk.pairformer.1.pairs.attend_ending.gate.weight");
  arrays["trunk.more.weight"] = arrays.begin()->second;
  Openfold3 network(shape);
  const Error error = testing::error_of([&] { checkpoints::fill_slots(network, arrays, {}, weights()); });
  EXPECT_EQ(error.kind(), ErrorKind::bad_model);
  EXPECT_NE(std::string(error.what()).find("attend_ending.gate.weight"), std::string::npos);
  EXPECT_NE(std::string(error.what()).find("trunk.more.weight"), std::string::npos);
}

}  // namespace
}  // namespace groel::structure_models
