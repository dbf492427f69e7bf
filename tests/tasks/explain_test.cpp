// groel explain: a made-up autoencoder against plain loops over what `groel embed` gives, its forms, and its errors.
#include <gmock/gmock.h>

#include <limits>
#include <random>

#include "base/error.h"
#include "io/arrays.h"
#include "tasks/explain/top_features.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kModelWidth = 64, kCodes = 256, kTop = 8, kLayer = 2;
const std::vector<std::string> kSequences{"MKTAYIAKQRQISFVKSHFSRQ", "GSHMLEDPVDAFK"};

std::vector<float> numbers(std::size_t count, std::uint32_t seed, float scale) {
  std::mt19937 draw(seed);
  std::vector<float> out(count);
  for (float& value : out) value = scale * (static_cast<float>(draw() >> 8) / static_cast<float>(1 << 23) - 1);
  return out;
}

/// An autoencoder, and how a plain loop runs it.
struct Autoencoder {
  std::vector<float> weight = numbers(std::size_t{kCodes} * kModelWidth, 1, 0.3F);  // [F, D]
  std::vector<float> bias = numbers(kCodes, 2, 0.1F);
  std::vector<float> pre_bias, threshold;
  bool z_score = false;

  std::vector<float> by_columns() const {  // [D, F]
    std::vector<float> out(weight.size());
    for (std::size_t f = 0; f < kCodes; ++f)
      for (std::size_t d = 0; d < kModelWidth; ++d) out[d * kCodes + f] = weight[f * kModelWidth + d];
    return out;
  }

  std::vector<double> state_of(const float* state) const {
    std::vector<double> x(state, state + kModelWidth);
    double mean = 0, squares = 0;
    for (const double value : x) mean += value / kModelWidth;
    for (const double value : x) squares += (value - mean) * (value - mean);
    for (std::size_t d = 0; d < kModelWidth; ++d) {
      if (z_score) x[d] = (x[d] - mean) / (std::sqrt(squares / (kModelWidth - 1)) + 1e-5);
      if (!pre_bias.empty()) x[d] -= pre_bias[d];
    }
    return x;
  }

  /// Feature and activation, largest first.
  std::vector<std::pair<int, double>> fired(const float* state, std::size_t most) const {
    const std::vector<double> x = state_of(state);
    std::vector<std::pair<int, double>> out;
    for (std::size_t f = 0; f < kCodes; ++f) {
      double sum = bias.empty() ? 0 : bias[f];
      for (std::size_t d = 0; d < kModelWidth; ++d) sum += x[d] * weight[f * kModelWidth + d];
      if (sum > (threshold.empty() ? 0 : threshold[f])) out.emplace_back(f, sum);
    }
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    if (out.size() > most) out.resize(most);
    return out;
  }
};

struct NamedTensor {
  std::vector<std::int64_t> shape;
  const std::vector<float>& values;
};

std::string write_tensors(const std::string& path, const std::map<std::string, NamedTensor>& tensors,
                          const std::map<std::string, std::string>& metadata = {{"layer", "2"}, {"k", "8"}}) {
  std::map<std::string, io::ArrayView> views;
  for (const auto& [name, tensor] : tensors)
    views[name] = {DType::f32, tensor.shape, std::as_bytes(std::span(tensor.values))};
  io::write_safetensors(path, views, metadata);
  return path;
}

std::string input_file(const TemporaryFolder& work) {
  return write_file(work / "in.fasta", fasta({{"a", kSequences[0]}, {"b", kSequences[1]}}));
}

json explained(const TemporaryFolder& work, const std::string& features, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"explain", input_file(work), "-m", kEsmc, "--features", features};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return groel_json(arguments);
}

Outcome refused(const TemporaryFolder& work, const std::string& features, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"explain", input_file(work), "-m", kEsmc, "--features", features};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return groel(arguments);
}

std::vector<std::vector<float>> states(const TemporaryFolder& work, int layer) {
  const auto records =
      embed_lines({input_file(work), "-m", kEsmc, "-i", "per-residue", "--layers", std::to_string(layer)});
  std::vector<std::vector<float>> out;
  for (const json& record : records) out.push_back(values(record, "per_residue", layer));
  return out;
}

/// Every residue of both sequences, against the loop.
void expect_residues(const TemporaryFolder& work, const json& found, const Autoencoder& truth, std::size_t most,
                     int layer = kLayer) {
  const auto all = states(work, layer);
  ASSERT_EQ(found["records"].size(), all.size());
  for (std::size_t r = 0; r < all.size(); ++r) {
    const json& residues = found["records"][r]["residues"];
    ASSERT_EQ(residues.size(), kSequences[r].size());
    for (std::size_t p = 0; p < residues.size(); ++p) {
      const auto expected = truth.fired(all[r].data() + p * kModelWidth, most);
      EXPECT_EQ(residues[p]["position"], p + 1);
      EXPECT_EQ(residues[p]["residue"], std::string(1, kSequences[r][p]));
      ASSERT_EQ(residues[p]["features"].size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_EQ(residues[p]["features"][i]["feature"], expected[i].first);
        EXPECT_NEAR(residues[p]["features"][i]["activation"].get<double>(), expected[i].second,
                    1e-5 * (1 + expected[i].second));
      }
    }
  }
}

TEST(TopFeatures, AreTheLargestAndOfEqualOnesTheFirst) {
  using tasks::Fired;
  const std::vector<float> row{0.5F, -1, 2, 0, 0.5F, 2, 0.25F};
  EXPECT_THAT(tasks::top_features(row, 3), ElementsAre(Fired{2, 2}, Fired{5, 2}, Fired{0, 0.5F}));
  EXPECT_THAT(tasks::top_features(row, 100),
              ElementsAre(Fired{2, 2}, Fired{5, 2}, Fired{0, 0.5F}, Fired{4, 0.5F}, Fired{6, 0.25F}));
  EXPECT_TRUE(tasks::top_features(std::vector<float>{-1, 0}, 3).empty());
  EXPECT_TRUE(tasks::top_features(row, 0).empty());
  EXPECT_THROW(tasks::top_features(std::vector<float>{std::numeric_limits<float>::infinity()}, 1), Error);
}

TEST(Explain, ResiduesAreThoseOfAPlainLoop) {
  const TemporaryFolder work;
  const Autoencoder sae;
  const std::string file =
      write_tensors(work / "sae.safetensors",
                    {{"encoder.weight", {{kCodes, kModelWidth}, sae.weight}}, {"encoder.bias", {{kCodes}, sae.bias}}});
  const json found = explained(work, file, {"--by", "residue"});
  EXPECT_EQ(found["layer"], kLayer);
  EXPECT_EQ(found["features"], kCodes);
  EXPECT_EQ(found["top"], kTop);
  expect_residues(work, found, sae, kTop);
  expect_residues(work, explained(work, file, {"--by", "residue", "--show", "3"}), sae, 3);
  expect_residues(work, explained(work, file, {"--by", "residue", "--top", "20", "--show", "20"}), sae, 20);
  expect_residues(work, explained(work, file, {"--by", "residue", "--layer", "-1"}), sae, kTop, 3);
  expect_residues(work, explained(work, file, {"--by", "residue", "--layer", "0"}), sae, kTop, 0);
}

TEST(Explain, BothOrientationsAreRead) {
  const TemporaryFolder work;
  const Autoencoder sae;
  const std::vector<float> columns = sae.by_columns();
  const std::string by_rows = write_tensors(
      work / "rows.safetensors", {{"W_enc", {{kCodes, kModelWidth}, sae.weight}}, {"b_enc", {{kCodes}, sae.bias}}});
  const std::string by_columns = write_tensors(
      work / "columns.safetensors", {{"W_enc", {{kModelWidth, kCodes}, columns}}, {"b_enc", {{kCodes}, sae.bias}}});
  EXPECT_EQ(explained(work, by_rows), explained(work, by_columns));
}

TEST(Explain, BiasesThresholdsAndScaleAreThoseOfTheFile) {
  const TemporaryFolder work;
  Autoencoder sae;
  const std::vector<float> columns = sae.by_columns();
  sae.pre_bias = numbers(kModelWidth, 3, 0.5F);
  sae.threshold.assign(kCodes, 0.2F);
  const NamedTensor weight{{kModelWidth, kCodes}, columns}, bias{{kCodes}, sae.bias},
      before{{kModelWidth}, sae.pre_bias};
  const NamedTensor thresholds{{kCodes}, sae.threshold};
  const std::vector<std::string> all{"--by", "residue", "--show", "300"};
  const std::string both = write_tensors(
      work / "both.safetensors", {{"W_enc", weight}, {"b_enc", bias}, {"pre_bias", before}, {"threshold", thresholds}},
      {{"layer", "2"}});
  expect_residues(work, explained(work, both, all), sae, kCodes);  // no k: thresholds alone choose

  Autoencoder plain = sae;
  plain.pre_bias.clear();  // a JumpReLU autoencoder's decoder bias stays where it is
  const std::string jump = write_tensors(
      work / "jump.safetensors", {{"W_enc", weight}, {"b_enc", bias}, {"b_dec", before}, {"threshold", thresholds}},
      {{"layer", "2"}});
  expect_residues(work, explained(work, jump, all), plain, kCodes);

  Autoencoder scaled = sae;
  scaled.threshold.clear();
  scaled.z_score = true;
  const std::string normal = write_tensors(work / "normal.safetensors",
                                           {{"w_enc", weight}, {"b_enc", bias}, {"b_pre", before}, {"w_dec", weight}});
  expect_residues(work, explained(work, normal, {"--by", "residue"}), scaled, kTop);
}

// A folder with config.json and a file per layer, whose name says which; no encoder bias, and the decoder's taken off.
TEST(Explain, FoldersAreReadAsPublished) {
  const TemporaryFolder work;
  Autoencoder sae;
  const std::vector<float> columns = sae.by_columns(), ones(kCodes, 1.0F);
  sae.bias.clear();
  sae.pre_bias = numbers(kModelWidth, 3, 0.5F);
  sae.z_score = true;
  std::filesystem::create_directory(work / "published");
  write_file(work / "published/config.json",
             R"({"d_model": 64, "codebook_dim": 256, "k": 8, "available_layers": [1, 2]})");
  const std::map<std::string, NamedTensor> tensors{{"W_enc", {{kModelWidth, kCodes}, columns}},
                                                   {"W_dec", {{kCodes, kModelWidth}, sae.weight}},
                                                   {"b_dec", {{kModelWidth}, sae.pre_bias}},
                                                   {"idf", {{kCodes}, ones}},
                                                   {"max", {{kCodes}, ones}}};
  write_tensors(work / "published/layer_2.safetensors", tensors, {});
  const std::string folder = work / "published";
  expect_residues(work, explained(work, folder, {"--by", "residue"}), sae, kTop);
  write_tensors(work / "published/layer_1.safetensors", tensors, {});
  const Outcome several = refused(work, folder);
  EXPECT_EQ(several.exit, exit_code(ErrorKind::usage)) << several;
  EXPECT_TRUE(several.says("2 autoencoders: layer_1.safetensors, layer_2.safetensors")) << several;
  expect_residues(work, explained(work, folder, {"--by", "residue", "--layer", "1"}), sae, kTop, 1);
  const Outcome said = refused(work, work / "published/layer_2.safetensors");
  EXPECT_TRUE(said.says("not used: W_dec, idf, max")) << said;
  EXPECT_TRUE(said.says("b_dec subtracted before, states z-scored")) << said;
}

TEST(Explain, ProteinsAreSummedUp) {
  const TemporaryFolder work;
  const Autoencoder sae;
  const std::string file =
      write_tensors(work / "sae.safetensors",
                    {{"encoder.weight", {{kCodes, kModelWidth}, sae.weight}}, {"encoder.bias", {{kCodes}, sae.bias}}});
  const json residues = explained(work, file, {"--by", "residue"})["records"][0]["residues"];
  std::map<int, std::vector<std::pair<double, int>>> fired;
  for (const json& residue : residues)
    for (const json& one : residue["features"])
      fired[one["feature"].get<int>()].emplace_back(one["activation"].get<double>(), residue["position"].get<int>());
  for (const std::string order : {"maximum", "mean", "residues"}) {
    const json found = explained(work, file, {"--show", "300", "--sort", order})["records"][0]["features"];
    ASSERT_EQ(found.size(), fired.size());
    double before = std::numeric_limits<double>::infinity();
    for (const json& one : found) {
      const auto& places = fired.at(one["feature"].get<int>());
      double sum = 0;
      std::pair<double, int> most{0, 0};
      for (const auto& place : places) {
        sum += place.first;
        if (place.first > most.first) most = place;
      }
      EXPECT_EQ(one["maximum"].get<double>(), most.first);
      EXPECT_EQ(one["position"], most.second);
      EXPECT_EQ(one["residue"], std::string(1, kSequences[0][static_cast<std::size_t>(most.second - 1)]));
      EXPECT_NEAR(one["mean"].get<double>(), sum / static_cast<double>(residues.size()), 1e-9);
      EXPECT_EQ(one["residues"], places.size());
      EXPECT_LE(one[order].get<double>(), before);
      before = one[order].get<double>();
    }
  }
  EXPECT_EQ(explained(work, file)["records"][0]["features"].size(), 10U);
}

}  // namespace
}  // namespace groel::testing
