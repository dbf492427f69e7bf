// Layouts of a checkpoint without a golden case give the same bits as the layout that has one.
#include <groel/groel.h>

#include <algorithm>

#include "support/golden.h"

namespace groel {
namespace {

struct Layouts {
  const char* golden;
  const char* other;
};
class SameBits : public ::testing::TestWithParam<Layouts> {};

std::vector<Embedding> everything(const Model& model, const testing::Golden& golden) {
  std::vector<int> layers;
  for (int i = 0; i <= model.description().layers; ++i) layers.push_back(i);
  return Embedder(model, {.layers = layers,
                          .outputs = {Output::per_residue, Output::logits, Output::contacts, Output::attentions}})
      .of_tokens(golden.ids());
}

void expect_same_bits(const std::vector<Embedding>& a, const std::vector<Embedding>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (const auto& [output, layer, array] : a[i].values())
      EXPECT_TRUE(std::ranges::equal(array.values(), b[i].at(output, layer).values())) << name(output);
}

TEST_P(SameBits, AsTheGoldenForm) {
  const testing::Golden golden(GetParam().golden);
  const Model folder = Model::load(golden.folder.string());
  const Model other = Model::load(testing::data(GetParam().other).string());
  EXPECT_EQ(folder.description().parameters, other.description().parameters);
  expect_same_bits(everything(folder, golden), everything(other, golden));
}

INSTANTIATE_TEST_SUITE_P(Checkpoints, SameBits,
                         ::testing::Values(Layouts{"esm2-tiny", "esm2-tiny-sharded"},
                                           Layouts{"esm2-tiny", "esm2-tiny-legacy/esm2_tiny.pt"}));

}  // namespace
}  // namespace groel
