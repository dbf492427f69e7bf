// Starting weights: to which positions the attention heads of a new model look.
#include "checkpoints/initial.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "checkpoints/load.h"

namespace groel::checkpoints {
namespace {

// For each head of the first layer, which key each query looks at most, as a distance; and how much it looks there.
struct Look {
  std::vector<std::int64_t> away;
  double weight = 0;
};

std::vector<Look> looks(const models::ModelShape& shape, InitialHeads heads) {
  const auto loaded =
      load_model(initial_checkpoint(models::family_named("esm").configure(shape), {7, heads}), ops::Precision::f32);
  const std::string residues = "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRV";
  const std::vector<std::vector<std::int32_t>> tokens = {loaded.model->tokenizer().encode(residues).ids};
  std::vector<Look> out(static_cast<std::size_t>(shape.heads));
  models::Taps taps;
  taps.wants_attention = [](int layer) { return layer == 1; };
  taps.attention = [&](int, std::int64_t, const Tensor& maps) {
    const std::int64_t n = maps.size(1);
    for (std::int64_t head = 0; head < shape.heads; ++head)
      for (std::int64_t query = 10; query < 30; ++query) {  // far from both ends
        const float* row = maps.data<float>() + (head * n + query) * n;
        const float* most = std::max_element(row, row + n);
        out[static_cast<std::size_t>(head)].away.push_back(most - row - query);
        out[static_cast<std::size_t>(head)].weight += *most / 20;
      }
  };
  models::require<models::Encoder>(*loaded.model).encode(models::Batch::pack(tokens, loaded.model->tokenizer()), taps);
  return out;
}

TEST(Initial, ThreeHeadsOfFourLookAtANeighbourEach) {
  for (const models::ModelShape& shape : {models::ModelShape{1, 256, 8}, models::ModelShape{1, 128, 8}}) {
    const auto heads = looks(shape, InitialHeads::neighbours);
    const std::int64_t neighbours[] = {1, -1, 2, -2, 3, -3};
    for (std::size_t head = 0; head < 6; ++head) {
      // The content, drawn, sways a few queries of narrow heads.
      EXPECT_GE(std::count(heads[head].away.begin(), heads[head].away.end(), neighbours[head]), 17) << "head " << head;
      EXPECT_GT(heads[head].weight, 0.3) << "head " << head;
    }
    for (std::size_t head = 6; head < 8; ++head) EXPECT_LT(heads[head].weight, 0.1) << "head " << head;
  }
}

TEST(Initial, PublishedModelsBeginLookingAnywhere) {
  for (const Look& head : looks({1, 256, 8}, InitialHeads::anywhere)) EXPECT_LT(head.weight, 0.1);
}

}  // namespace
}  // namespace groel::checkpoints
