// Sums over neighbours and pairs of rows against their references and the slopes of these.
#include "ops/graph.h"

#include "base/error.h"
#include "slope.h"

namespace groel::ops {
namespace {

using test::ints;

// A ring, a hub at node 0, and a last node without neighbours.
Neighbours links_of(std::int32_t nodes) {
  std::vector<std::vector<std::int32_t>> of(static_cast<std::size_t>(nodes));
  const auto link = [&](std::int32_t a, std::int32_t b) {
    of[static_cast<std::size_t>(a)].push_back(b);
    of[static_cast<std::size_t>(b)].push_back(a);
  };
  for (std::int32_t p = 1; p + 2 < nodes; ++p) link(p, p + 1);
  for (std::int32_t p = 2; p + 1 < nodes; p += 3) link(0, p);
  std::vector<std::int32_t> bounds{0}, flat;
  for (const auto& one : of) {
    flat.insert(flat.end(), one.begin(), one.end());
    bounds.push_back(static_cast<std::int32_t>(flat.size()));
  }
  return {ints(bounds), ints(flat)};
}

TEST(NeighbourSum, IsTheReference) {
  for (const std::int64_t width : {1, 9, 130}) {
    const Tensor x = test::random({211, width}, 1);
    const Neighbours links = links_of(211);
    EXPECT_TRUE(test::same_bits(neighbour_sum(x, links), reference::neighbour_sum(x, links)));
    test::expect_same_for_any_threads([&] { return neighbour_sum(x, links); });
  }
}

TEST(NeighbourSum, IsItsOwnGradient) {
  const Tensor x = test::random({8, 3}, 1), dy = test::random({8, 3}, 2);
  const Neighbours links = links_of(8);
  test::expect_slope(
      x, [&] { return reference::neighbour_sum(x, links); }, dy, neighbour_sum(dy, links));
}

TEST(NeighbourSum, RefusesNodesThatAreNotThere) {
  EXPECT_THROW(neighbour_sum(Tensor::zeros({2, 3}), {ints({0, 1, 2}), ints({1, 2})}), Error);
}

TEST(JoinPairs, IsTheReferenceAndTheSameBothWays) {
  for (const PairForm form : {PairForm::product, PairForm::all, PairForm::ordered})
    for (const std::int64_t width : {1, 9, 130}) {
      const Tensor x = test::random({17, width}, 1);
      const PairRows pairs{ints({3, 0, 16, 3, 5}), ints({4, 16, 0, 4, 3}), form};
      const Tensor y = join_pairs(x, pairs);
      EXPECT_TRUE(test::same_bits(y, reference::join_pairs(x, pairs)));
      EXPECT_EQ(test::same_bits(y, join_pairs(x, {pairs.second, pairs.first, form})), form != PairForm::ordered);
      const Tensor dy = test::random(y.shape(), 2);
      EXPECT_LT(test::relative_error(join_pairs_grad(x, pairs, dy), reference::join_pairs_grad(x, pairs, dy)), 1e-6);
      test::expect_same_for_any_threads([&] { return join_pairs_grad(x, pairs, dy); });
    }
}

TEST(JoinPairs, GradientIsTheSlope) {
  for (const PairForm form : {PairForm::product, PairForm::all, PairForm::ordered}) {
    const Tensor x = test::random({5, 3}, 1);
    const PairRows pairs{ints({0, 1, 0}), ints({1, 4, 3}), form};
    const Tensor dy = test::random(join_pairs(x, pairs).shape(), 2);
    test::expect_slope(
        x, [&] { return reference::join_pairs(x, pairs); }, dy, join_pairs_grad(x, pairs, dy));
  }
}

TEST(JoinPairs, EqualRowsHaveNoSlopeOfTheirDifference) {
  const Tensor x = Tensor::of<float>({2, 1}, {2.0F, 2.0F});
  const Tensor dx = join_pairs_grad(x, {ints({0}), ints({1}), PairForm::ordered},
                                    Tensor::of<float>({1, 4}, {0.0F, 0.0F, 1.0F, 0.0F}));
  EXPECT_EQ(dx.data<float>()[0], 0.0F);
  EXPECT_EQ(dx.data<float>()[1], 0.0F);
}

TEST(JoinPairs, RefusesRowsThatAreNotThere) {
  EXPECT_THROW(join_pairs(Tensor::zeros({2, 3}), {ints({0}), ints({2})}), Error);
}

}  // namespace
}  // namespace groel::ops
