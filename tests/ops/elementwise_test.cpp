// Elementwise operators and softmax: accuracy sweeps, extreme values, strides.
#include "ops/elementwise.h"

#include "base/error.h"
#include "helpers.h"

namespace groel::ops {
namespace {

// Every f32 of a coarse grid of bit patterns between +-`limit`, and the ends.
Tensor sweep(float limit) {
  std::vector<float> values;
  std::uint32_t top;
  std::memcpy(&top, &limit, sizeof top);
  for (std::uint32_t bits = 0; bits <= top; bits += 4099) {
    float value;
    std::memcpy(&value, &bits, sizeof value);
    values.push_back(value);
    values.push_back(-value);
  }
  return Tensor::of<float>({static_cast<std::int64_t>(values.size())}, std::span<const float>(values));
}

// Largest error of activate against doubles, relative to |x|.
double worst_activation(Activation activation, float limit) {
  const Tensor x = sweep(limit);
  const Tensor y = activate(x, activation);
  double worst = 0;
  for (std::int64_t i = 0; i < x.count(); ++i) {
    const double v = x.data<float>()[i];
    const double exact = activation == Activation::gelu_erf
                             ? 0.5 * v * std::erfc(-v / std::sqrt(2.0))
                             : 0.5 * v * (1 + std::tanh(std::sqrt(2 / M_PI) * (v + 0.044715 * v * v * v)));
    const double error = std::abs(y.data<float>()[i] - exact) / std::max(std::abs(v), 1e-30);
    worst = std::isnan(error) ? INFINITY : std::max(worst, error);
  }
  return worst;
}

TEST(Activate, GeluIsAccurateEverywhere) {
  EXPECT_LT(worst_activation(Activation::gelu_erf, 100.0F), 2.5e-7);
  EXPECT_LT(worst_activation(Activation::gelu_erf, 3e38F), 2.5e-7);
  EXPECT_LT(worst_activation(Activation::gelu_tanh, 1e4F), 3e-7);
}

TEST(Activate, NoneCopies) {
  const Tensor x = test::random({3, 5}, 1);
  EXPECT_TRUE(test::same_bits(activate(x, Activation::none), x));
}

TEST(Activate, NanStaysNan) {
  const Tensor x = Tensor::of<float>({1}, {NAN});
  EXPECT_TRUE(std::isnan(activate(x, Activation::gelu_erf).values<float>()[0]));
  EXPECT_TRUE(std::isnan(activate(x, Activation::gelu_tanh).values<float>()[0]));
}

TEST(Elementwise, AddAndScaleOfAnyShape) {
  const Tensor a = test::random({3, 50, 333}, 1);
  const Tensor b = test::random({3, 50, 333}, 2);
  EXPECT_TRUE(test::same_bits(add(a, b), reference::add(a, b)));
  EXPECT_TRUE(test::same_bits(scale(a, 0.125F), reference::scale(a, 0.125F)));
  const Tensor strided = test::random_strided(9, 13, 3);
  EXPECT_TRUE(test::same_bits(add(strided, strided), reference::scale(strided, 2.0F)));
  EXPECT_EQ(add(Tensor::empty({0, 4}), Tensor::empty({0, 4})).shape(), (Shape{0, 4}));
  EXPECT_THROW(add(a, test::random({3, 333, 50}, 2)), Error);
}

TEST(Softmax, MatchesTheReference) {
  for (const std::int64_t width : {1, 2, 7, 8, 9, 15, 16, 17, 33, 64, 100, 1000})
    for (const std::int64_t rows : {0, 1, 5, 64}) {
      const Tensor x = test::random_strided(rows, width, 1);
      EXPECT_LT(test::relative_error(softmax(x), reference::softmax(x)), 1e-6) << width;
      EXPECT_LT(test::max_error(log_softmax(x), reference::log_softmax(x)), 2e-6) << width;
    }
}

TEST(Softmax, LargeLogits) {
  const Tensor x = Tensor::of<float>({2, 3}, {1e4F, -1e4F, 1e4F, -1e4F, -1e4F, -2e4F});
  const Tensor y = softmax(x);
  EXPECT_FLOAT_EQ(y.values<float>()[0], 0.5F);
  EXPECT_EQ(y.values<float>()[1], 0.0F);
  EXPECT_FLOAT_EQ(y.values<float>()[4], 0.5F);
  EXPECT_EQ(y.values<float>()[5], 0.0F);
  EXPECT_EQ(log_softmax(x).values<float>()[1], -2e4F - std::log(2.0F));
}

TEST(Softmax, RowsDoNotDependOnThreadsOrNeighbours) {
  const Tensor x = test::random({1000, 33}, 1, 4.0F);
  test::expect_same_for_any_threads([&] { return softmax(x); });
  test::expect_same_for_any_threads([&] { return log_softmax(x); });
  EXPECT_TRUE(test::same_bits(softmax(x.rows(501, 502)), softmax(x).rows(501, 502)));
}

}  // namespace
}  // namespace groel::ops
