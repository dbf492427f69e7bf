// Forms of a checkpoint that have no golden case of their own give the bits of the form that has one.
#include <groel/groel.h>

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
  return model.embed_tokens(
      golden.ids(), {.layers = layers, .per_residue = true, .logits = true, .contacts = true, .attentions = true});
}

void expect_same_bits(const std::vector<Embedding>& a, const std::vector<Embedding>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (const auto& [layer, array] : a[i].per_residue) EXPECT_EQ(array.values, b[i].per_residue.at(layer).values);
    for (const auto& [layer, array] : a[i].attentions) EXPECT_EQ(array.values, b[i].attentions.at(layer).values);
    EXPECT_EQ(a[i].logits.values, b[i].logits.values);
    EXPECT_EQ(a[i].contacts.values, b[i].contacts.values);
  }
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
