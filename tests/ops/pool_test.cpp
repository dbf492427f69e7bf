// Reductions over tokens.
#include "ops/pool.h"

#include "base/error.h"
#include "helpers.h"
#include "ops/pool_grad.h"
#include "slope.h"

namespace groel::ops {
namespace {

TEST(Pool, MatchesTheReference) {
  const Tensor x = test::random_strided(200, 130, 1);
  const Segments segments{test::ints({1, 50, 60, 61, 3}), test::ints({40, 50, 61, 200, 4})};
  EXPECT_TRUE(test::same_bits(segment_mean(x, segments), reference::segment_mean(x, segments)));
  EXPECT_TRUE(test::same_bits(segment_max(x, segments), reference::segment_max(x, segments)));
  test::expect_same_for_any_threads([&] { return segment_mean(x, segments); });
}

TEST(Pool, ValuesByHand) {
  const Tensor x = Tensor::of<float>({3, 2}, {1, -5, 3, -7, 100, 100});
  const Segments segments{test::ints({0, 2}), test::ints({2, 2})};
  EXPECT_TRUE(test::same_bits(segment_mean(x, segments), Tensor::of<float>({2, 2}, {2, -6, 0, 0})));
  EXPECT_TRUE(test::same_bits(segment_max(x, segments), Tensor::of<float>({2, 2}, {3, -5, 0, 0})));
}

TEST(Pool, MaximumKeepsNan) {
  const Tensor x = Tensor::of<float>({3, 1}, {1, NAN, 2});
  EXPECT_TRUE(std::isnan(segment_max(x, {test::ints({0}), test::ints({3})}).values<float>()[0]));
}

TEST(Pool, RejectsSegmentsOutsideTheTokens) {
  const Tensor x = test::random({3, 2}, 1);
  EXPECT_THROW(segment_mean(x, {test::ints({0}), test::ints({4})}), Error);
  EXPECT_THROW(segment_mean(x, {test::ints({2}), test::ints({1})}), Error);
  EXPECT_THROW(segment_mean(x, {test::ints({-1}), test::ints({1})}), Error);
}

TEST(Sum, IsDoubleAndOrdered) {
  const Tensor x = test::random({333, 777}, 1);
  double expected = 0;
  for (const float value : x.values<float>()) expected += value;
  set_num_threads(1);
  const double one = sum(x);
  set_num_threads(3);
  EXPECT_EQ(sum(x), one);
  set_num_threads(0);
  EXPECT_NEAR(one, expected, 1e-9);
  EXPECT_EQ(sum(Tensor::empty({0})), 0.0);
  EXPECT_EQ(sum(Tensor::of<float>({2, 3}, {1, 2, 99, 3, 4, 99}).columns(0, 2)), 10.0);
}

TEST(PoolGrad, IsTheSlopeOfTheMean) {
  const Tensor x = test::random({9, 5}, 1);
  const Segments segments{test::ints({1, 5, 6}), test::ints({4, 5, 9})};  // the second is empty
  const Tensor dy = test::random({3, 5}, 2);
  const Tensor gradient = segment_mean_grad(dy, segments, 9);
  test::expect_slope(
      x, [&] { return segment_mean(x, segments); }, dy, gradient);
  for (const std::int64_t outside : {0, 4, 5})
    for (int c = 0; c < 5; ++c) EXPECT_EQ(gradient.data<float>()[outside * 5 + c], 0) << outside;
}

}  // namespace
}  // namespace groel::ops
