// Batch normalisation against its reference, known values and slopes; and the rectifier.
#include "ops/batch_norm.h"

#include "ops/activation_grad.h"
#include "ops/elementwise.h"
#include "slope.h"

namespace groel::ops {
namespace {

using test::expect_slope;

BatchNormOptions options_of(std::int64_t width) { return {test::random({width}, 5), test::random({width}, 6), 1e-5F}; }

TEST(BatchNorm, KnownValues) {
  const Tensor x = Tensor::of<float>({4, 1}, {1, 2, 3, 6});
  const BatchStatistics statistics = batch_statistics(x);
  EXPECT_FLOAT_EQ(statistics.mean.data<float>()[0], 3);
  EXPECT_FLOAT_EQ(statistics.variance.data<float>()[0], 3.5F);
  const Tensor y = batch_norm(x, statistics, {Tensor::of<float>({1}, {2}), Tensor::of<float>({1}, {10}), 0.5F});
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(y.data<float>()[i], 10 + (x.data<float>()[i] - 3));
}

TEST(BatchNorm, MatchesTheReference) {
  for (const std::int64_t width : {1, 64, 130}) {
    const Tensor x = test::random_strided(37, width, 1);
    const Tensor dy = test::random({37, width}, 2);
    const BatchNormOptions options = options_of(width);
    const BatchStatistics statistics = batch_statistics(x), expected = reference::batch_statistics(x);
    EXPECT_LT(test::relative_error(statistics.mean, expected.mean), 1e-6);
    EXPECT_LT(test::relative_error(statistics.variance, expected.variance), 1e-6);
    EXPECT_LT(test::relative_error(batch_norm(x, expected, options), reference::batch_norm(x, expected, options)),
              1e-6);
    for (const StatisticsOf of : {StatisticsOf::given, StatisticsOf::rows}) {
      BatchNormGradients got{Tensor::empty({37, width}), test::random({width}, 7), test::random({width}, 8)};
      BatchNormGradients plain{Tensor::empty({37, width}), got.gain.clone(), got.bias.clone()};
      batch_norm_grad({x, expected, of}, options, dy, got);
      reference::batch_norm_grad({x, expected, of}, options, dy, plain);
      EXPECT_LT(test::relative_error(got.x, plain.x), 2e-6);
      EXPECT_LT(test::relative_error(got.gain, plain.gain), 2e-6);
      EXPECT_LT(test::relative_error(got.bias, plain.bias), 2e-6);
    }
    test::expect_same_for_any_threads([&] { return batch_norm(x, batch_statistics(x), options); });
  }
}

TEST(BatchNorm, GradientsAreTheSlopes) {
  const Tensor x = test::random({6, 4}, 1);
  const Tensor dy = test::random({6, 4}, 2);
  const BatchNormOptions options = options_of(4);
  const BatchStatistics fixed = reference::batch_statistics(test::random({9, 4}, 3));
  for (const StatisticsOf of : {StatisticsOf::given, StatisticsOf::rows}) {
    const auto statistics = [&] { return of == StatisticsOf::given ? fixed : reference::batch_statistics(x); };
    const auto f = [&] { return reference::batch_norm(x, statistics(), options); };
    BatchNormGradients to{Tensor::empty({6, 4}), Tensor::zeros({4}), Tensor::zeros({4})};
    batch_norm_grad({x, statistics(), of}, options, dy, to);
    expect_slope(x, f, dy, to.x, 4e-3);
    expect_slope(options.gain, f, dy, to.gain);
    expect_slope(options.bias, f, dy, to.bias);
  }
}

TEST(Relu, IsMaximumAndItsSlope) {
  const Tensor x = Tensor::of<float>({1, 5}, {-2, 0, 3, NAN, -0.5F});
  const Tensor y = activate(x, Activation::relu);
  const Tensor dx = activation_grad(x, Tensor::of<float>({1, 5}, {1, 2, 3, 4, 5}), Activation::relu);
  const std::vector<float> expected{0, 0, 3}, slope{0, 0, 3, 0, 0};
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(y.data<float>()[i], expected[i]);
  EXPECT_TRUE(std::isnan(y.data<float>()[3]));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(dx.data<float>()[i], slope[i]);
  const Tensor many = test::random({37, 11}, 1);
  const Tensor weight = test::random({5, 11}, 2);
  const LinearOptions options{.activation = Activation::relu};
  EXPECT_LT(test::relative_error(linear(many, PackedWeight(weight, Precision::f32), options),
                                 reference::linear(many, weight, options)),
            1e-6);
}

}  // namespace
}  // namespace groel::ops
