// swiglu and its gradient against their references, at extreme values, with strided rows, and as a slope.
#include "ops/swiglu.h"

#include "base/error.h"
#include "helpers.h"

namespace groel::ops {
namespace {

const std::vector<std::int64_t> kWidths{1, 2, 7, 8, 9, 16, 17, 33, 64, 100, 2560};

TEST(Swiglu, MatchesTheReference) {
  for (const std::int64_t width : kWidths)
    for (const std::int64_t rows : {0, 1, 5, 64}) {
      const Tensor x = test::random_strided(rows, 2 * width, 1);
      EXPECT_LT(test::relative_error(swiglu(x), reference::swiglu(x)), 3e-7) << width;
      const Tensor half = x.to(DType::bf16);
      EXPECT_LT(test::relative_error(swiglu(half), reference::swiglu(half)), 3e-7) << width;
      // Rounded after the same f32 values, but for those that lie at the middle of two.
      EXPECT_LT(test::relative_error(swiglu(x, DType::bf16), reference::swiglu(x, DType::bf16)), 2e-4) << width;
    }
}

TEST(Swiglu, GradientMatchesTheReference) {
  for (const std::int64_t width : kWidths)
    for (const std::int64_t rows : {0, 1, 5, 64}) {
      const Tensor x = test::random_strided(rows, 2 * width, 1);
      const Tensor dy = test::random_strided(rows, width, 2);
      EXPECT_LT(test::relative_error(swiglu_grad(x, dy), reference::swiglu_grad(x, dy)), 3e-7) << width;
      const Tensor half = x.to(DType::bf16);
      EXPECT_LT(test::relative_error(swiglu_grad(half, dy), reference::swiglu_grad(half, dy)), 3e-7) << width;
    }
}

TEST(Swiglu, ReferenceGradientIsItsSlope) {
  const Tensor x = test::random({3, 10}, 1);
  const Tensor dy = test::random({3, 5}, 2);
  const Tensor gradient = reference::swiglu_grad(x, dy);
  constexpr float kStep = 1e-2F;
  const auto loss = [&](std::int64_t i, float step) {
    Tensor moved = x.clone();
    moved.mutable_data<float>()[i] += step;
    const Tensor y = reference::swiglu(moved);
    double sum = 0;
    for (std::int64_t k = 0; k < y.count(); ++k) sum += static_cast<double>(y.data<float>()[k]) * dy.data<float>()[k];
    return sum;
  };
  for (std::int64_t i = 0; i < x.count(); ++i)
    EXPECT_NEAR((loss(i, kStep) - loss(i, -kStep)) / (2 * kStep), gradient.data<float>()[i], 2e-4) << i;
}

TEST(Swiglu, ExtremesAndNan) {
  const Tensor x = Tensor::of<float>({4, 2}, {1e4F, 2.0F, -1e4F, 2.0F, -3e38F, 1.0F, 0.0F, 5.0F});
  const Tensor y = swiglu(x);
  EXPECT_EQ(y.data<float>()[0], 2e4F);
  EXPECT_NEAR(y.data<float>()[1], 0.0F, 1e-30F);
  EXPECT_NEAR(y.data<float>()[2], 0.0F, 2.0F);  // 3e38 / e^88
  EXPECT_EQ(y.data<float>()[3], 0.0F);
  for (const auto& row : {std::pair{NAN, 1.0F}, std::pair{1.0F, NAN}})
    EXPECT_TRUE(std::isnan(swiglu(Tensor::of<float>({1, 2}, {row.first, row.second})).data<float>()[0]));
}

TEST(Swiglu, RowsDoNotDependOnThreadsOrNeighbours) {
  const Tensor x = test::random({700, 66}, 1, 3.0F);
  const Tensor dy = test::random({700, 33}, 2);
  test::expect_same_for_any_threads([&] { return swiglu(x); });
  test::expect_same_for_any_threads([&] { return swiglu_grad(x, dy); });
  EXPECT_TRUE(test::same_bits(swiglu(x.rows(501, 502)), swiglu(x).rows(501, 502)));
}

TEST(Swiglu, WrongShapesAreRefused) {
  EXPECT_THROW(swiglu(test::random({3, 5}, 1)), Error);
  EXPECT_THROW(swiglu_grad(test::random({3, 6}, 1), test::random({3, 2}, 2)), Error);
}

}  // namespace
}  // namespace groel::ops
