// Gradients of operators: fast paths against references, references against differences of the operator itself.
#include <algorithm>

#include "helpers.h"
#include "ops/activation_grad.h"
#include "ops/attention_grad.h"
#include "ops/dropout.h"
#include "ops/elementwise.h"
#include "ops/embedding.h"
#include "ops/embedding_grad.h"
#include "ops/linear_grad.h"
#include "ops/losses.h"
#include "ops/norm_grad.h"
#include "slope.h"

namespace groel::ops {
namespace {

using test::expect_slope;

struct LinearCase {
  std::int64_t rows, in, out;
};
class LinearGrad : public ::testing::TestWithParam<LinearCase> {};

TEST_P(LinearGrad, MatchesTheReference) {
  const auto [rows, in, out] = GetParam();
  const Tensor x = test::random_strided(rows, in, 1);
  const Tensor dy = test::random_strided(rows, out, 2);
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    LinearGradients expected{test::random({out, in}, 3), test::random({out}, 4)};
    LinearGradients got{expected.weight.clone(), expected.bias.clone()};
    reference::linear_grad(x, dy, precision, expected);
    linear_grad(x, dy, precision, got);
    EXPECT_LT(test::relative_error(got.weight, expected.weight), 2e-6);
    EXPECT_LT(test::relative_error(got.bias, expected.bias), 2e-6);
    LinearGradients half{Tensor::zeros({out, in}), {}};
    LinearGradients half_expected{Tensor::zeros({out, in}), {}};
    linear_grad(x.to(DType::bf16), dy.to(DType::bf16), precision, half);
    reference::linear_grad(x.to(DType::bf16), dy.to(DType::bf16), precision, half_expected);
    EXPECT_LT(test::relative_error(half.weight, half_expected.weight), 2e-6);
  }
}

TEST_P(LinearGrad, DoesNotDependOnThreads) {
  const auto [rows, in, out] = GetParam();
  const Tensor x = test::random({rows, in}, 1);
  const Tensor dy = test::random({rows, out}, 2);
  for (const Precision precision : {Precision::f32, Precision::bf16})
    test::expect_same_for_any_threads([&, in = in, out = out] {
      LinearGradients to{Tensor::zeros({out, in}), {}};
      linear_grad(x, dy, precision, to);
      return to.weight;
    });
}

INSTANTIATE_TEST_SUITE_P(Shapes, LinearGrad,
                         ::testing::Values(LinearCase{1, 1, 1}, LinearCase{3, 65, 7}, LinearCase{512, 64, 6},
                                           LinearCase{513, 130, 33}, LinearCase{1500, 48, 129}));

TEST(LinearGrad, IsTheSlopeOfLinear) {
  const Tensor x = test::random({9, 5}, 1);
  const Tensor weight = test::random({4, 5}, 2);
  const Tensor dy = test::random({9, 4}, 3);
  LinearGradients to{Tensor::zeros({4, 5}), Tensor::zeros({4})};
  linear_grad(x, dy, Precision::f32, to);
  expect_slope(
      weight, [&] { return reference::linear(x, weight); }, dy, to.weight);
  const PackedWeight back(transpose(weight), Precision::f32);
  expect_slope(
      x, [&] { return reference::linear(x, weight); }, dy, linear(dy, back));
}

TEST(Transpose, SwapsRowsAndColumns) {
  const Tensor x = test::random({70, 33}, 1);
  const Tensor y = transpose(x);
  ASSERT_EQ(y.shape(), (Shape{33, 70}));
  EXPECT_EQ(y.data<float>()[5 * 70 + 61], x.data<float>()[61 * 33 + 5]);
  EXPECT_TRUE(test::same_bits(transpose(y), x));
}

AttentionInput attention_input(const std::vector<std::int64_t>& lengths, std::int64_t heads, std::int64_t width,
                               float deviation) {
  const Tensor bounds = test::bounds_of(lengths);
  const std::int64_t d = heads * width;
  const Tensor qkv =
      test::random({bounds.values<std::int32_t>().back(), 3 * d}, static_cast<unsigned>(width), deviation);
  AttentionInput input{qkv.columns(0, d), qkv.columns(d, 2 * d), qkv.columns(2 * d, 3 * d), bounds, heads};
  input.scale = 0.4F;
  if (width % 2 == 0)
    input.rotary = rotary_table(test::random({width / 2}, 5), *std::max_element(lengths.begin(), lengths.end()));
  return input;
}

AttentionGradients gradients_like(const AttentionInput& input, Tensor& storage) {
  const std::int64_t d = input.q.size(1);
  storage = Tensor::zeros({input.q.size(0), 3 * d});
  return {storage.columns(0, d), storage.columns(d, 2 * d), storage.columns(2 * d, 3 * d)};
}

class AttentionGrad : public ::testing::TestWithParam<std::int64_t> {};

// `bound` is of each of the three, as a share of its norm.
void expect_near_reference(const AttentionInput& input, double bound) {
  const Tensor dy = test::random_strided(input.q.size(0), input.q.size(1), 3);
  Tensor got;
  Tensor expected;
  AttentionGradients to = gradients_like(input, got);
  attention_grad(input, dy, to);
  AttentionGradients to_expected = gradients_like(input, expected);
  reference::attention_grad(input, dy, to_expected);
  EXPECT_LT(test::relative_error(to.q, to_expected.q), bound);
  EXPECT_LT(test::relative_error(to.k, to_expected.k), bound);
  EXPECT_LT(test::relative_error(to.v, to_expected.v), bound);
}

constexpr double kBf16Bound = 6e-3;  // measured: up to 4.8e-3, of q

TEST_P(AttentionGrad, MatchesTheReference) {
  AttentionInput input = attention_input({1, 2, 63, 64, 65, 0, 130, 17}, 2, GetParam(), 0.7F);
  expect_near_reference(input, 2e-6);
  input.precision = Precision::bf16;
  expect_near_reference(input, kBf16Bound);
  input.rotary = {};
  expect_near_reference(input, kBf16Bound);
  input.precision = Precision::f32;
  expect_near_reference(input, 2e-6);
}

TEST(AttentionGrad, MatchesTheReferenceAtEveryLength) {
  for (const std::int64_t n : {1, 2, 3, 15, 16, 17, 31, 32, 33, 48, 255, 256, 257, 1023}) {
    SCOPED_TRACE(n);
    AttentionInput input = attention_input({n}, 1, 16, 0.7F);
    expect_near_reference(input, 3e-6);
    input.precision = Precision::bf16;
    expect_near_reference(input, kBf16Bound);
  }
}

TEST_P(AttentionGrad, DoesNotDependOnThreads) {
  AttentionInput input = attention_input({5, 100, 1, 64}, 3, GetParam(), 1.0F);
  const Tensor dy = test::random(input.q.shape(), 3);
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    input.precision = precision;
    test::expect_same_for_any_threads([&] {
      Tensor storage;
      AttentionGradients to = gradients_like(input, storage);
      attention_grad(input, dy, to);
      return storage;
    });
  }
}

TEST_P(AttentionGrad, DoesNotDependOnNeighbours) {
  AttentionInput all = attention_input({7, 131, 1, 64}, 2, GetParam(), 1.0F);
  const Tensor dy = test::random(all.q.shape(), 3);
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    all.precision = precision;
    Tensor together;
    AttentionGradients to_together = gradients_like(all, together);
    attention_grad(all, dy, to_together);
    AttentionInput one = all;
    for (Tensor* x : {&one.q, &one.k, &one.v}) *x = x->rows(7, 138);
    one.cu_seqlens = test::bounds_of({131});
    Tensor alone;
    AttentionGradients to_alone = gradients_like(one, alone);
    attention_grad(one, dy.rows(7, 138), to_alone);
    EXPECT_TRUE(test::same_bits(alone, together.rows(7, 138)));
  }
}

// What the forward pass left is what would be found again, whatever type its result has.
TEST_P(AttentionGrad, TakesTheForwardPass) {
  AttentionInput input = attention_input({5, 100}, 2, GetParam(), 1.0F);
  const Tensor dy = test::random(input.q.shape(), 3);
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    input.precision = precision;
    Tensor found;
    Tensor given;
    Tensor rounded;
    AttentionGradients to_found = gradients_like(input, found);
    attention_grad(input, dy, to_found);
    AttentionGradients to_given = gradients_like(input, given);
    attention_grad(input, attention_with_sums(input), dy, to_given);
    EXPECT_TRUE(test::same_bits(found, given));
    AttentionGradients to_rounded = gradients_like(input, rounded);
    attention_grad(input, attention_with_sums(input, DType::bf16), dy, to_rounded);
    EXPECT_LT(test::relative_error(rounded, found), 3e-3);
    EXPECT_FALSE(test::same_bits(rounded, found));  // so it is used
  }
}

INSTANTIATE_TEST_SUITE_P(Widths, AttentionGrad, ::testing::Values(1, 8, 16, 20, 24, 32, 33, 64));

TEST(AttentionGrad, IsTheSlopeOfAttention) {
  const AttentionInput input = attention_input({4, 3}, 2, 4, 0.7F);
  const Tensor dy = test::random(input.q.shape(), 3);
  Tensor storage;
  AttentionGradients to = gradients_like(input, storage);
  reference::attention_grad(input, dy, to);
  const Tensor qkv = Tensor::view(input.q.storage(), {7, 24}, DType::f32);
  expect_slope(
      qkv, [&] { return reference::attention(input); }, dy, storage);
}

// Scores of thousands: exp must not overflow, and a certain softmax has no slope.
TEST(AttentionGrad, ExtremeScoresStayFinite) {
  AttentionInput input = attention_input({19}, 1, 16, 60.0F);
  const Tensor dy = test::random(input.q.shape(), 3);
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    input.precision = precision;
    Tensor storage;
    AttentionGradients to = gradients_like(input, storage);
    attention_grad(input, dy, to);
    for (const float value : storage.values<float>()) ASSERT_TRUE(std::isfinite(value));
  }
}

class LayerNormGrad : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(LayerNormGrad, MatchesTheReference) {
  const std::int64_t width = GetParam();
  const Tensor x = test::random_strided(131, width, 1);
  const Tensor dy = test::random({131, width}, 2);
  const LayerNormOptions options{test::random({width}, 3), test::random({width}, 4), 1e-5F, DType::f32};
  for (const Into into : {Into::overwrite, Into::add}) {
    LayerNormGradients got{test::random({131, width}, 5), into, test::random({width}, 6), test::random({width}, 7)};
    LayerNormGradients expected{got.x.clone(), into, got.gain.clone(), got.bias.clone()};
    layer_norm_grad(x, options, dy, got);
    reference::layer_norm_grad(x, options, dy, expected);
    EXPECT_LT(test::relative_error(got.x, expected.x), 2e-6);
    EXPECT_LT(test::relative_error(got.gain, expected.gain), 2e-6);
    EXPECT_LT(test::relative_error(got.bias, expected.bias), 2e-6);
  }
  test::expect_same_for_any_threads([&] {
    LayerNormGradients to{Tensor::empty({131, width}), Into::overwrite, Tensor::zeros({width}), Tensor::zeros({width})};
    layer_norm_grad(x, options, dy, to);
    return to.gain;
  });
}

INSTANTIATE_TEST_SUITE_P(Widths, LayerNormGrad, ::testing::Values(2, 15, 16, 17, 64, 200));

TEST(LayerNormGrad, IsTheSlopeOfLayerNorm) {
  const Tensor x = test::random({6, 10}, 1);
  const Tensor dy = test::random({6, 10}, 2);
  const LayerNormOptions options{test::random({10}, 3), test::random({10}, 4), 1e-5F, DType::f32};
  LayerNormGradients to{Tensor::empty({6, 10}), Into::overwrite, Tensor::zeros({10}), Tensor::zeros({10})};
  reference::layer_norm_grad(x, options, dy, to);
  const auto f = [&] { return reference::layer_norm(x, options); };
  expect_slope(x, f, dy, to.x);
  expect_slope(options.gain, f, dy, to.gain);
  expect_slope(options.bias, f, dy, to.bias);
}

TEST(ActivationGrad, MatchesTheReferenceAndTheSlope) {
  const Tensor x = test::random({37, 11}, 1, 3.0F);
  const Tensor dy = test::random({37, 11}, 2);
  for (const Activation activation : {Activation::none, Activation::gelu_erf, Activation::gelu_tanh}) {
    EXPECT_LT(test::relative_error(activation_grad(x, dy, activation), reference::activation_grad(x, dy, activation)),
              1e-6);
    const Tensor half = x.to(DType::bf16);
    EXPECT_LT(test::relative_error(activation_grad(half, dy, activation, DType::bf16),
                                   reference::activation_grad(half, dy, activation)),
              4e-3);
    expect_slope(
        x, [&] { return reference::activate(x, activation); }, dy, reference::activation_grad(x, dy, activation));
    EXPECT_TRUE(test::same_bits(activate_as(x, activation, DType::f32), activate(x, activation)));
    EXPECT_TRUE(test::same_bits(activate_as(x, activation, DType::bf16), activate(x, activation).to(DType::bf16)));
  }
}

TEST(ActivationGrad, FarOutIsZeroOrOne) {
  const Tensor x = Tensor::of<float>({1, 4}, {-100.0F, 100.0F, -1e30F, 1e30F});
  const Tensor dy = Tensor::of<float>({1, 4}, {1, 1, 1, 1});
  const Tensor expected = Tensor::of<float>({1, 4}, {0, 1, 0, 1});
  EXPECT_LT(test::max_error(activation_grad(x, dy, Activation::gelu_erf), expected), 1e-6);
  EXPECT_LT(test::max_error(activation_grad(x.to(DType::bf16), dy, Activation::gelu_erf, DType::bf16), expected), 2e-4);
}

// Every value of bf16 that matters, also of a row that is no whole vector.
TEST(ActivationGrad, GeluFromBf16ToBf16) {
  Tensor x = Tensor::empty({1, 4099});
  Tensor one = Tensor::empty({1, 4099});
  for (std::int64_t i = 0; i < x.count(); ++i) {
    x.mutable_data<float>()[i] = static_cast<float>(i - 2049) / 256.0F;
    one.mutable_data<float>()[i] = 1.0F;
  }
  x = x.to(DType::bf16);
  const Tensor slope = reference::activation_grad(x.to(DType::f32), one, Activation::gelu_erf);
  EXPECT_LT(test::max_error(activation_grad(x, one, Activation::gelu_erf, DType::bf16), slope), 2e-4 + 0x1p-8);
  const Tensor y = reference::activate(x.to(DType::f32), Activation::gelu_erf);
  EXPECT_LT(test::relative_error(activate_as(x, Activation::gelu_erf, DType::bf16), y), 3e-3);
}

TEST(Tanh, GradientIsItsSlope) {
  const Tensor x = test::random({5, 7}, 1);
  const Tensor dy = test::random({5, 7}, 2);
  expect_slope(
      x, [&] { return tanh(x); }, dy, tanh_grad(tanh(x), dy));
}

TEST(EmbeddingGrad, AddsUpRowsButForTheIgnored) {
  const Tensor ids = test::ints({3, 1, 3, 0, 2, 3});
  const Tensor dy = test::random({6, 70}, 1);
  const Tensor scale = Tensor::of<float>({6}, {1, 2, 0.5F, 3, 0, 1});
  Tensor got = test::random({5, 70}, 2);
  Tensor expected = got.clone();
  const Tensor before = got.clone();
  embedding_grad(dy, {ids, scale, 1}, got);
  reference::embedding_grad(dy, {ids, scale, 1}, expected);
  EXPECT_LT(test::relative_error(got, expected), 1e-6);
  for (const std::int64_t row : {1, 2, 4})
    EXPECT_TRUE(test::same_bits(got.rows(row, row + 1), before.rows(row, row + 1)));
}

TEST(CrossEntropy, KnownValues) {
  const Tensor logits = Tensor::of<float>({3, 2}, {0, 0, 1, 3, 5, 5});
  const Loss loss = cross_entropy(logits, test::ints({0, 1, -100}), 2);
  EXPECT_NEAR(loss.sum, std::log(2.0) + std::log(1 + std::exp(-2.0)), 1e-12);
  EXPECT_EQ(loss.targets, 2);
  EXPECT_EQ(loss.correct, 2);  // the first of equals
  const double p = 1 / (1 + std::exp(2.0));
  const std::vector<double> expected{-1, 1, 2 * p, -2 * p, 0, 0};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(loss.gradient.data<float>()[i], expected[i], 1e-6);
  EXPECT_ANY_THROW(cross_entropy(logits, test::ints({0, 2, 0})));
}

TEST(CrossEntropy, HugeLogitsStayFinite) {
  const Loss loss = cross_entropy(Tensor::of<float>({1, 2}, {1e30F, -1e30F}), test::ints({1}));
  EXPECT_TRUE(std::isfinite(loss.sum));
  EXPECT_EQ(loss.gradient.data<float>()[0], 1.0F);
}

TEST(Losses, SquaredErrorAndBinaryCrossEntropy) {
  const Tensor x = test::random({4, 3}, 1);
  Tensor y = Tensor::of<float>({4, 3}, {1, 0, 0, 1, 1, 1, 0, 0, 0.25F, 1, 0, 1});
  const Tensor one = Tensor::of<float>({1, 1}, {1});
  for (const auto& loss : {squared_error, binary_cross_entropy}) {
    const auto sum = [&] { return Tensor::of<float>({1, 1}, {static_cast<float>(loss(x, y, 1).sum)}); };
    Tensor gradient = loss(x, y, 1).gradient;
    expect_slope(x, sum, one, gradient, 5e-3);
    EXPECT_EQ(loss(x, y, 1).targets, 12);
  }
  EXPECT_TRUE(std::isfinite(binary_cross_entropy(scale(x, 1e30F), y, 1).sum));
}

// Weights of classes and of positives, by the formulas.
TEST(Losses, WeightsMultiplyTheTargetsOfTheirClass) {
  const Tensor logits = Tensor::of<float>({3, 2}, {0, 0, 1, 3, 5, 4});
  const Tensor each = Tensor::of<float>({2}, {0.5F, 3});
  const Loss loss = cross_entropy(logits, test::ints({0, 1, -100}), {2, each});
  EXPECT_NEAR(loss.sum, 0.5 * std::log(2.0) + 3 * std::log(1 + std::exp(-2.0)), 1e-12);
  const double p = 1 / (1 + std::exp(2.0));
  const std::vector<double> expected{-0.5, 0.5, 6 * p, -6 * p, 0, 0};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(loss.gradient.data<float>()[i], expected[i], 1e-6);

  const Tensor y = Tensor::of<float>({3, 2}, {1, 0, 0, 1, 1, 1});
  double sum = 0;
  for (std::int64_t i = 0; i < 6; ++i) {
    const double s = 1 / (1 + std::exp(-double{logits.data<float>()[i]}));
    const double target = y.data<float>()[i];
    sum -= each.data<float>()[i % 2] * target * std::log(s) + (1 - target) * std::log(1 - s);
  }
  EXPECT_NEAR(binary_cross_entropy(logits, y, {1, each}).sum, sum, 1e-9);
  const Tensor one = Tensor::of<float>({1, 1}, {1});
  for (const auto& of : {squared_error, binary_cross_entropy}) {
    const auto value = [&] { return Tensor::of<float>({1, 1}, {static_cast<float>(of(logits, y, {1, each}).sum)}); };
    expect_slope(logits, value, one, of(logits, y, {1, each}).gradient, 5e-3);
  }
  EXPECT_NEAR(squared_error(logits, y, {1, each}).sum, 0.5 * (1 + 1 + 16) + 3 * (0 + 4 + 9), 1e-9);
}

TEST(Dropout, DropsTheShareAskedForAndKeepsTheMean) {
  Tensor ones = Tensor::empty({400, 250});
  std::fill_n(ones.mutable_data<float>(), ones.count(), 1.0F);
  const Tensor y = dropout(ones, {0.25, 42});
  std::int64_t dropped = 0;
  for (const float value : y.values<float>()) {
    ASSERT_TRUE(value == 0.0F || value == 1.0F / 0.75F);
    dropped += value == 0.0F;
  }
  EXPECT_NEAR(static_cast<double>(dropped) / 1e5, 0.25, 0.005);
  EXPECT_TRUE(test::same_bits(dropout(ones, {0.25, 42}), y));
  EXPECT_FALSE(test::same_bits(dropout(ones, {0.25, 43}), y));
  test::expect_same_for_any_threads([&] { return dropout(ones, {0.25, 42}); });
}

}  // namespace
}  // namespace groel::ops
