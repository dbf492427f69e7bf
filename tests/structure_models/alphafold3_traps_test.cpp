// What would go wrong unseen in AlphaFold 3's network: each switch that is turned has to move what it is about, and the
// network as it is has to give the golden values.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "folding/confidence_heads.h"
#include "structure_models/alphafold3/alphafold3.h"
#include "support/af3_network.h"
#include "support/golden.h"

namespace groel::structure_models {
namespace {

using testing::Golden;
using testing::NetworkInputs;
using testing::relative_l2;

// What is changed in a run.
struct Trap {
  std::function<void(Alphafold3Weights&)> weights{};
  std::function<void(Alphafold3Input&)> input{};
  std::function<void(Alphafold3Features&)> features{};
  std::function<void(SamplerSettings&)> sampler{};
  std::function<void(Alphafold3::PassRows&)> passes{};
};

// Relative differences from the golden values.
struct Differences {
  double target = 0, pair = 0, single = 0, denoised = 0, positions = 0, errors = 0;
};

class Traps : public ::testing::Test {
 protected:
  static const Golden& golden() {
    static const Golden one("af3-tiny");
    return one;
  }
  static const io::ArrayFile& inputs() {
    static const io::ArrayFile one = io::read_safetensors(golden().folder / "inputs.safetensors");
    return one;
  }
  static const Alphafold3Weights& weights() {
    static const Alphafold3Weights one = read_alphafold3_weights(golden().folder);
    return one;
  }

  static double apart(const std::string& array, std::span<const float> ours) {
    return relative_l2(ours, golden().values(array));
  }
  // [.., A, 3] -> [.., N, 24, 3].
  static std::vector<float> slots(const Tensor& x, const AtomWindows& atoms) {
    const std::int64_t samples = x.count() / (atoms.atoms * 3);
    std::vector<float> out(static_cast<std::size_t>(samples * atoms.tokens() * atoms.slots * 3));
    for (std::int64_t s = 0; s < samples; ++s)
      for (std::int64_t a = 0; a < atoms.atoms; ++a)
        std::copy_n(x.data<float>() + (s * atoms.atoms + a) * 3, 3,
                    out.data() + (s * atoms.tokens() * atoms.slots + atoms.slot[static_cast<std::size_t>(a)]) * 3);
    return out;
  }

  static Differences run(int which, const Trap& trap = {}) {
    const NetworkInputs one(inputs(), golden().inputs["runs"][static_cast<std::size_t>(which)]);
    Alphafold3Weights own = weights();
    if (trap.weights) trap.weights(own);
    const auto network = network_of<Alphafold3>(own, ops::Precision::f32, "af3-tiny");
    Alphafold3Input input = one.input();
    if (trap.input) trap.input(input);
    Alphafold3Features features = network->features(input);
    if (trap.features) trap.features(features);
    Differences out;
    out.target = apart(one.key("target_feat"), features.target.values<float>());
    Alphafold3::PassRows rows = one.rows();
    if (trap.passes) trap.passes(rows);
    const NetworkEmbeddings embeddings =
        network->embed(input, features, rows, [&](const std::string& name, const Tensor& value) {
          if (name == "pass0.z") out.pair = apart(one.key(name), value.values<float>());
          if (name == "pass1.s") out.single = apart(one.key(name), value.values<float>());
        });
    const DiffusionConditions conditions = network->conditions(input, features, embeddings, KeptLogits::all);
    const auto sigma = one.settings().at("sigmas")[1].get<float>();
    const Tensor noisy = one.atoms_of(one.floats("den1.in"), features.atoms);
    out.denoised =
        apart(one.key("den1.out"), slots(network->diffusion().denoise(noisy, sigma, conditions), features.atoms));
    SamplerSettings sampler;
    sampler.samples = one.settings().at("samples").get<std::int64_t>();
    sampler.steps = one.settings().at("steps").get<std::int64_t>();
    if (trap.sampler) trap.sampler(sampler);
    testing::GivenNoise noise(one, features.atoms, sampler.samples);
    const Tensor positions = sample_positions(sampler, features.atoms.atoms, noise, [&](const Tensor& x, float level) {
      return network->diffusion().denoise(x, level, conditions);
    });
    out.positions = apart(one.key("sampler.positions"), slots(positions, features.atoms));
    const Tensor given = one.atoms_of(one.floats("confx.positions"), features.atoms);
    const ConfidenceLogits logits =
        network->confidence(input, features, embeddings, given.reshape({features.atoms.atoms, 3}));
    out.errors = apart(one.key("confx.pae_logits"),
                       network->confidence_head().errors(logits, {input.tokens, 0, input.tokens}).values<float>());
    return out;
  }
};

void swap_arrays(io::ArrayMap& arrays, const std::string& a, const std::string& b) {
  std::swap(arrays.at(a), arrays.at(b));
}

// A changed copy of an array's f32 or bf16 elements.
template <class T>
void replace(io::Array& array, const std::vector<T>& values) {
  const auto bytes = std::make_shared<std::vector<std::byte>>(values.size() * sizeof(T));
  std::memcpy(bytes->data(), values.data(), bytes->size());
  array.bytes = *bytes;
  array.owner = bytes;
}

constexpr double kSame = 2e-5, kMoved = 5e-4;

TEST_F(Traps, TheNetworkAsItIsGivesTheGoldenValues) {
  for (const int which : {0, 1}) {
    const Differences as_is = run(which);
    EXPECT_LT(as_is.target, kSame);
    EXPECT_LT(as_is.pair, kSame);
    EXPECT_LT(as_is.single, kSame);
    EXPECT_LT(as_is.denoised, kSame);
    EXPECT_LT(as_is.positions, kSame);
    EXPECT_LT(as_is.errors, kSame);
  }
}

TEST_F(Traps, EndingBiasIsNotTransposed) {
  const auto turned = run(0, {.weights = [](auto& w) { w.shape.ending_bias = nn::folding::EndingBias::transposed; }});
  EXPECT_GT(turned.pair, 0.05);
}

TEST_F(Traps, ChannelsOfProductsTakeTurns) {
  const auto halves = run(0, {.weights = [](auto& w) {
                            for (auto& [name, array] : w.arrays) {
                              if (!name.ends_with(".multiply_outgoing.a.weight")) continue;
                              io::Array& other = w.arrays.at(name.substr(0, name.size() - 8) + "b.weight");
                              const auto* a = reinterpret_cast<const std::uint16_t*>(array.bytes.data());
                              const auto* b = reinterpret_cast<const std::uint16_t*>(other.bytes.data());
                              const std::size_t rows = static_cast<std::size_t>(array.shape[0]),
                                                width = static_cast<std::size_t>(array.shape[1]);
                              std::vector<std::uint16_t> all;
                              for (std::size_t r = 0; r < rows; ++r) {
                                all.insert(all.end(), a + r * width, a + (r + 1) * width);
                                all.insert(all.end(), b + r * width, b + (r + 1) * width);
                              }
                              const auto middle = all.begin() + static_cast<std::ptrdiff_t>(rows * width);
                              replace(array, std::vector<std::uint16_t>(all.begin(), middle));
                              replace(other, std::vector<std::uint16_t>(middle, all.end()));
                            }
                          }});
  EXPECT_GT(halves.pair, 0.05);
}

TEST_F(Traps, IncomingEdgesHaveTheirSides) {
  const auto swapped = run(0, {.weights = [](auto& w) {
                             for (std::int64_t b = 0; b < w.shape.trunk_blocks; ++b)
                               for (const char* part : {"", "_gate"}) {
                                 const std::string at = fmt::format("trunk.pairformer.{}.pairs.multiply_incoming.", b);
                                 swap_arrays(w.arrays, at + "a" + part + ".weight", at + "b" + part + ".weight");
                               }
                           }});
  EXPECT_GT(swapped.pair, 0.05);
}

TEST_F(Traps, ConfidenceNamesLeftAndRightTheOtherWayRound) {
  const auto swapped =
      run(0, {.weights = [](auto& w) { swap_arrays(w.arrays, "confidence.row.weight", "confidence.column.weight"); }});
  EXPECT_LT(swapped.pair, kSame);
  EXPECT_GT(swapped.errors, 0.05);
}

TEST_F(Traps, TemplatesHaveTheColumnsLetterFirst) {
  const auto swapped = run(0, {.weights = [](auto& w) {
                             io::Array& features = w.arrays.at("trunk.templates.features.weight");
                             const auto* from = reinterpret_cast<const float*>(features.bytes.data());
                             std::vector<float> values(from, from + features.bytes.size() / sizeof(float));
                             const auto width = static_cast<std::size_t>(features.shape[1]);
                             for (std::size_t row = 0; row < values.size(); row += width)
                               std::swap_ranges(values.begin() + static_cast<std::ptrdiff_t>(row + 40),
                                                values.begin() + static_cast<std::ptrdiff_t>(row + 71),
                                                values.begin() + static_cast<std::ptrdiff_t>(row + 71));
                             replace(features, values);
                           }});
  EXPECT_GT(swapped.pair, 0.01);
}

TEST_F(Traps, TemplatesSayNothingBetweenChains) {
  const auto all = run(1, {.weights = [](auto& w) { w.shape.template_pairs = TemplatePairs::all; }});
  EXPECT_GT(all.pair, 0.01);
}

TEST_F(Traps, EmptyKeysTakeTheirShare) {
  const Trap hidden{.weights = [](auto& w) { w.shape.empty_keys = EmptyKeys::hidden; }};
  EXPECT_GT(run(1, hidden).target, 0.01);
  EXPECT_LT(run(0, hidden).target, kSame);  // there are none with 128 atoms or more
}

TEST_F(Traps, KeysHaveTheConformerOfAnotherToken) {
  const auto right = run(1, {.weights = [](auto& w) { w.shape.key_spaces = KeySpaces::of_atom; }});
  EXPECT_GT(right.target, 1e-3);
  EXPECT_GT(right.denoised, kMoved);
}

TEST_F(Traps, BondsGoOneWay) {
  const auto both = run(0, {.input = [](auto& input) {
                          for (const auto& [row, column] : std::vector(input.bonds))
                            input.bonds.emplace_back(column, row);
                        }});
  EXPECT_GT(both.pair, 0.01);
  const auto corner = run(0, {.features = [](auto& features) { features.bonds.emplace_back(0, 0); }});
  EXPECT_GT(corner.pair, 1e-3);
}

TEST_F(Traps, RecyclesComeOnTopOfTheFirstPass) {
  const auto fewer = run(0, {.passes = [](auto& rows) { rows.pop_back(); }});
  EXPECT_GT(fewer.denoised, 0.01);
}

TEST_F(Traps, SamplerLooksAtTheNextLevelAndTurnsRows) {
  const auto previous = run(0, {.sampler = [](auto& s) { s.noisier = NoisierStep::by_previous_level; }});
  EXPECT_GT(previous.positions, 0.01);
  const auto turned = run(0, {.sampler = [](auto& s) { s.turning = Turning::matrix_times_column; }});
  EXPECT_GT(turned.positions, 0.1);
}

TEST_F(Traps, KeptScoresChangeNothing) {
  const NetworkInputs one(inputs(), golden().inputs["runs"][0]);
  const auto network = network_of<Alphafold3>(weights(), ops::Precision::f32, "af3-tiny");
  const Alphafold3Features features = network->features(one.input());
  const NetworkEmbeddings embeddings = network->embed(one.input(), features, {{0, 1}});
  const Tensor noisy = one.atoms_of(one.floats("den1.in"), features.atoms);
  const auto denoised = [&](KeptLogits kept) {
    const DiffusionConditions conditions = network->conditions(one.input(), features, embeddings, kept);
    const Tensor out = network->diffusion().denoise(noisy, 40, conditions);
    return std::vector<float>(out.values<float>().begin(), out.values<float>().end());
  };
  EXPECT_EQ(denoised(KeptLogits::all), denoised(KeptLogits::none));
}

}  // namespace
}  // namespace groel::structure_models
