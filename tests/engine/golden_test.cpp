// Every ESM golden case: tokens exact, every layer, logits, attention maps and contacts against the reference.
#include <groel/groel.h>

#include <cstdio>
#include <map>

#include "base/cpu.h"
#include "models/family.h"
#include "support/golden.h"
#include "support/split_products.h"

namespace groel {
namespace {

using testing::Golden;

constexpr double kF32 = 2e-6;   // relative L2, what the project aims at
constexpr double kBf16 = 1e-2;  // likewise

// The worst figure of each kind over a case, printed so that a run shows them.
class Worst {
 public:
  void add(const std::string& kind, double figure) { worst_[kind] = std::max(worst_[kind], figure); }
  void check(const std::string& what, double bound) const {
    for (const auto& [kind, figure] : worst_) {
      std::printf("    %-28s %-18s relative L2 %.2e\n", what.c_str(), kind.c_str(), figure);
      EXPECT_LE(figure, bound) << what << ' ' << kind;
    }
  }

 private:
  std::map<std::string, double> worst_;
};

std::vector<int> all_layers(const Model& model) {
  std::vector<int> layers;
  for (int i = 0; i <= model.description().layers; ++i) layers.push_back(i);
  return layers;
}

std::vector<Embedding> everything(const Model& model, const Golden& golden) {
  return model.embed_tokens(golden.ids(), {.layers = all_layers(model),
                                           .mean = true,
                                           .cls = true,
                                           .per_residue = true,
                                           .logits = true,
                                           .contacts = true,
                                           .attentions = true});
}

// Rows 1..n-2 of [n, D]: what is left without <cls> and <eos>.
std::vector<float> residue_rows(const std::vector<float>& values, const std::vector<std::int64_t>& shape) {
  const auto width = static_cast<std::ptrdiff_t>(shape[1]);
  return {values.begin() + width, values.end() - width};
}

void compare_hidden(const Golden& golden, const Embedding& result, std::size_t s, int layers, Worst& worst) {
  for (int layer = 0; layer <= layers; ++layer) {
    const std::string name = "hidden_states." + std::to_string(layer) + "." + std::to_string(s);
    if (!golden.has(name)) continue;
    const auto expected = golden.values(name);
    worst.add("hidden states",
              testing::relative_l2(result.per_residue.at(layer).values, residue_rows(expected, golden.shape(name))));
    const auto width = static_cast<std::size_t>(golden.shape(name)[1]);
    worst.add("<cls>", testing::relative_l2(result.cls.at(layer).values, std::span(expected).first(width)));
  }
}

void compare_attentions(const Golden& golden, const Embedding& result, const std::string& s, Worst& worst) {
  if (!golden.has("attentions." + s)) return;
  std::vector<float> maps;
  for (const auto& [layer, map] : result.attentions) maps.insert(maps.end(), map.values.begin(), map.values.end());
  worst.add("attentions", testing::relative_l2(maps, golden.values("attentions." + s)));
}

Worst compare(const Golden& golden, const Model& model) {
  Worst worst;
  const auto results = everything(model, golden);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string s = std::to_string(i);
    compare_hidden(golden, results[i], i, static_cast<int>(model.description().layers), worst);
    worst.add("logits", testing::relative_l2(results[i].logits.values,
                                             residue_rows(golden.values("logits." + s), golden.shape("logits." + s))));
    worst.add("contacts", testing::relative_l2(results[i].contacts.values, golden.values("contacts." + s)));
    EXPECT_EQ(results[i].contacts.shape, golden.shape("contacts." + s));
    compare_attentions(golden, results[i], s, worst);
  }
  return worst;
}

class EsmGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(EsmGolden, TokensAreTransformersExactly) {
  const Golden golden(GetParam());
  const Model model = Model::load(golden.folder.string());
  const auto sequences = golden.sequences();
  const auto ids = golden.ids();
  ASSERT_FALSE(ids.empty());
  for (std::size_t i = 0; i < ids.size(); ++i)
    EXPECT_EQ(model.tokens_as_transformers(sequences[i]), ids[i]) << sequences[i];
}

TEST_P(EsmGolden, EveryOutputInF32) {
  const Golden golden(GetParam());
  compare(golden, Model::load(golden.folder.string())).check(std::string(GetParam()) + " f32", kF32);
}

TEST_P(EsmGolden, EveryOutputInSplitF32) {
  const Golden golden(GetParam());
  constexpr double kSplit = 2e-5;  // products are 4.5e-6 from exact
  const SplitProducts split;
  compare(golden, Model::load(golden.folder.string(), Dtype::f32x3)).check(std::string(GetParam()) + " f32x3", kSplit);
}

TEST_P(EsmGolden, EveryOutputInBf16) {
  const Golden golden(GetParam());
  const Model f32 = Model::load(golden.folder.string());
  const Model bf16 = Model::load(golden.folder.string(), Dtype::bf16);
  compare(golden, bf16).check(std::string(GetParam()) + " bf16", 3 * kBf16);
  const auto exact = everything(f32, golden);
  const auto rounded = everything(bf16, golden);
  const int last = static_cast<int>(f32.description().layers);
  for (std::size_t i = 0; i < exact.size(); ++i)
    EXPECT_GE(testing::cosine(exact[i].mean.at(last).values, rounded[i].mean.at(last).values), 0.9995);
}

INSTANTIATE_TEST_SUITE_P(Cases, EsmGolden, ::testing::Values("esm2-tiny", "esm2-tiny-h24", "esm1b-tiny"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

void expect_same_bits(const std::vector<Embedding>& a, const std::vector<Embedding>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (const auto& [layer, array] : a[i].per_residue) EXPECT_EQ(array.values, b[i].per_residue.at(layer).values);
    for (const auto& [layer, array] : a[i].attentions) EXPECT_EQ(array.values, b[i].attentions.at(layer).values);
    EXPECT_EQ(a[i].logits.values, b[i].logits.values);
    EXPECT_EQ(a[i].contacts.values, b[i].contacts.values);
  }
}

struct Layouts {
  const char* golden;
  const char* other;
};
class SameBits : public ::testing::TestWithParam<Layouts> {};

TEST_P(SameBits, FromEveryLayoutOfACheckpoint) {
  const Golden golden(GetParam().golden);
  const Model folder = Model::load(golden.folder.string());
  const Model other = Model::load(testing::data(GetParam().other).string());
  EXPECT_EQ(folder.description().parameters, other.description().parameters);
  expect_same_bits(everything(folder, golden), everything(other, golden));
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, SameBits,
                         ::testing::Values(Layouts{"esm2-tiny", "esm2-tiny/esm2_tiny.pt"},
                                           Layouts{"esm2-tiny-h24", "esm2-tiny-h24/esm2_tiny.pt"},
                                           Layouts{"esm1b-tiny", "esm1b-tiny/esm1b_tiny.pt"},
                                           Layouts{"esm2-tiny", "esm2-tiny-sharded"},
                                           Layouts{"esm2-tiny", "esm2-tiny-legacy/esm2_tiny.pt"},
                                           Layouts{"esm2-tiny", "esm2-tiny/pytorch_model.bin"},
                                           Layouts{"esm2-tiny", "esm2-tiny/model.safetensors"}));

TEST(EsmGolden, HalfPrecisionFileIsNear) {
  const Golden golden("esm2-tiny");
  const Model half = Model::load((golden.folder / "esm2_tiny_fp16.pt").string());
  const auto results = half.embed_tokens(golden.ids(), {.per_residue = true});
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string name = "last_hidden_state." + std::to_string(i);
    EXPECT_LE(testing::relative_l2(results[i].per_residue.at(3).values,
                                   residue_rows(golden.values(name), golden.shape(name))),
              1e-2);
  }
}

TEST(Families, EachHasGoldenData) {
  for (const models::Family& family : models::families()) {
    ASSERT_FALSE(family.golden.empty()) << family.name;
    EXPECT_TRUE(std::filesystem::exists(testing::data(std::string(family.golden)) / "expected.safetensors"))
        << family.name;
  }
}

}  // namespace
}  // namespace groel
