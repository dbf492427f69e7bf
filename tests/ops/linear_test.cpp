// linear: against its reference, its fused epilogue, and bitwise independence of the batch.
#include "ops/linear.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/cpu.h"

#include "base/error.h"
#include "helpers.h"
#include "ops/linear_panel.h"
#include "support/split_products.h"

namespace groel::ops {
namespace {

using test::random;
using test::random_strided;

struct Case {
  std::int64_t tokens, in, out;
};

Tensor rounded(const Tensor& x) { return x.to(DType::bf16).to(DType::f32); }

class LinearShapes : public testing::TestWithParam<Case> {};

TEST_P(LinearShapes, MatchesTheReference) {
  const auto [tokens, in, out] = GetParam();
  const Tensor x = random({tokens, in}, 1);
  const Tensor weight = random({out, in}, 2, 0.1F);
  EXPECT_LT(test::relative_error(linear(x, {weight, Precision::f32}), reference::linear(x, weight)), 1e-6);
}

TEST_P(LinearShapes, Bf16MatchesTheReferenceOnRoundedInputs) {
  const auto [tokens, in, out] = GetParam();
  const Tensor x = random({tokens, in}, 1);
  const Tensor weight = random({out, in}, 2, 0.1F);
  const Tensor expected = reference::linear(rounded(x), rounded(weight));
  const PackedWeight packed(weight, Precision::bf16);
  EXPECT_LT(test::relative_error(linear(x, packed), expected), 1e-5);
  EXPECT_TRUE(test::same_bits(linear(x.to(DType::bf16), packed), linear(x, packed)));
}

// Whole numbers from -127 to 127 with a scale for each row.
Tensor in_int8(const Tensor& weight) {
  Tensor out = weight.clone();
  for (std::int64_t r = 0; r < out.size(0); ++r) {
    float* row = out.mutable_data<float>() + r * out.size(1);
    float largest = 0;
    for (std::int64_t i = 0; i < out.size(1); ++i) largest = std::max(largest, std::abs(row[i]));
    for (std::int64_t i = 0; i < out.size(1) && largest > 0; ++i)
      row[i] = std::nearbyint(row[i] * (127 / largest)) * (largest / 127);
  }
  return out;
}

TEST_P(LinearShapes, Int8MatchesTheReferenceOnWholeNumbers) {
  const auto [tokens, in, out] = GetParam();
  const Tensor x = random({tokens, in}, 1), bias = random({out}, 3);
  const Tensor weight = random({out, in}, 2, 0.1F);
  const LinearOptions options{.bias = bias, .activation = Activation::gelu_erf};
  EXPECT_LT(test::relative_error(linear(x, {weight, Precision::f32, WeightForm::int8}, options),
                                 reference::linear(x, in_int8(weight), options)),
            2e-6);
  EXPECT_LT(test::relative_error(linear(x, {weight, Precision::bf16, WeightForm::int8}, options),
                                 reference::linear(rounded(x), in_int8(weight), options)),
            1e-5);
}

// Rows of 256 steps between their least and their largest value.
Tensor in_steps(const Tensor& x) {
  Tensor out = x.clone();
  for (std::int64_t r = 0; r < out.size(0); ++r) {
    float* row = out.mutable_data<float>() + r * out.size(1);
    const auto [low, high] = std::minmax_element(row, row + out.size(1));
    const float least = *low, step = (*high - least) / 255, inverse = step > 0 ? 1 / step : 0;
    for (std::int64_t i = 0; i < out.size(1); ++i)
      row[i] = least + step * std::nearbyint(std::fma(row[i], inverse, -least * inverse));
  }
  return out;
}

// (A value halfway between two steps may go either way.)
TEST_P(LinearShapes, Int8ProductsMatchTheReferenceOnWholeNumbers) {
  const auto [tokens, in, out] = GetParam();
  const Tensor x = random_strided(tokens, in, 1), bias = random({out}, 3), weight = random({out, in}, 2, 0.1F);
  const LinearOptions options{.bias = bias, .activation = Activation::gelu_erf};
  const PackedWeight packed(weight, Precision::int8);
  EXPECT_LT(test::relative_error(linear(x, packed, options),
                                 reference::linear(in_steps(x.clone()), in_int8(weight), options)),
            3e-4);
  EXPECT_LT(test::relative_error(linear(x, packed), reference::linear(x, weight)), 2e-2);
}

TEST(Linear, Int8ProductsOfWholeNumbersAreExact) {
  Tensor x = Tensor::empty({2, 4}, DType::f32), weight = Tensor::empty({1, 4}, DType::f32);
  const float of_x[] = {-5, 250, 3, 0, 7, 7, 7, 7}, of_weight[] = {127, -1, 2, 0};
  std::copy_n(of_x, 8, x.mutable_data<float>());
  std::copy_n(of_weight, 4, weight.mutable_data<float>());
  const Tensor y = linear(x, {weight, Precision::int8});
  EXPECT_EQ(y.data<float>()[0], -5 * 127 - 250 + 6);
  EXPECT_EQ(y.data<float>()[1], 7 * 128);
}

TEST(Linear, ARowThatIsNotFiniteStaysSoInInt8AndLeavesOthersAlone) {
  const Tensor weight = random({40, 33}, 2);
  Tensor x = random({5, 33}, 1);
  const PackedWeight packed(weight, Precision::int8);
  const Tensor before = linear(x, packed);
  x.mutable_data<float>()[33 + 32] = std::numeric_limits<float>::quiet_NaN();
  x.mutable_data<float>()[3 * 33] = std::numeric_limits<float>::infinity();
  const Tensor after = linear(x, packed);
  for (const std::int64_t row : {0, 2, 4})
    EXPECT_TRUE(test::same_bits(after.rows(row, row + 1), before.rows(row, row + 1)));
  for (const std::int64_t row : {1, 3}) {
    const Tensor lost = after.rows(row, row + 1);
    for (const float value : lost.values<float>()) EXPECT_TRUE(std::isnan(value));
  }
}

TEST(Linear, NarrowWeightsTakeFewerBytesAndGiveARowTheSameBitsInAnyBatch) {
  constexpr std::int64_t kTokens = 70, kIn = 96, kOut = 300, kPadded = 128 * 320;  // as oneDNN pads in int8
  const Tensor x = random({kTokens, kIn}, 1), weight = random({kOut, kIn}, 2, 0.1F);
  const struct {
    Precision precision;
    WeightForm form;
    std::size_t bytes;  // of a number
  } kinds[] = {{Precision::bf16, WeightForm::exact, 2},
               {Precision::f32, WeightForm::int8, 1},
               {Precision::bf16, WeightForm::int8, 1},
               {Precision::f32x3, WeightForm::int8, 1},
               {Precision::int8, WeightForm::int8, 1}};
  for (const auto& kind : kinds) {
    const PackedWeight packed(weight, kind.precision, kind.form);
    EXPECT_LE(packed.bytes(), kPadded * kind.bytes + 8 * kOut + 4096);
    const Tensor all = linear(x, packed);
    for (const std::int64_t rows : {1, 3, 8, 9, 16, 33, 64})
      for (std::int64_t row = 0; row < kTokens; row += rows) {
        const std::int64_t end = std::min(kTokens, row + rows);
        ASSERT_TRUE(test::same_bits(linear(x.rows(row, end), packed), all.rows(row, end))) << rows << " from " << row;
      }
  }
}

TEST(Linear, Int8KeepsRowsOfZerosAndLargestNumbers) {
  Tensor weight = Tensor::zeros({2, 3}, DType::f32);
  float* values = weight.mutable_data<float>();
  values[3] = -254;
  values[4] = 2;
  Tensor x = Tensor::zeros({1, 3}, DType::f32);
  std::fill_n(x.mutable_data<float>(), 3, 1.0F);
  const Tensor y = linear(x, {weight, Precision::f32, WeightForm::int8});
  EXPECT_EQ(y.data<float>()[0], 0);
  EXPECT_EQ(y.data<float>()[1], -252);
}

// Without the product of the low parts, 2^-17 or so of the terms is missing.
TEST_P(LinearShapes, SplitProductsAreNearlyF32) {
  const SplitProducts split;
  const auto [tokens, in, out] = GetParam();
  const Tensor x = random({tokens, in}, 1);
  const Tensor weight = random({out, in}, 2, 0.1F);
  const Tensor expected = reference::linear(x, weight);
  const double error = test::relative_error(linear(x, {weight, Precision::f32x3}), expected);
  EXPECT_LT(error, 2e-5);
  EXPECT_LT(100 * error, test::relative_error(linear(x, {weight, Precision::bf16}), expected));
}

TEST_P(LinearShapes, SixProductsAreF32) {
  const SplitProducts split;
  const auto [tokens, in, out] = GetParam();
  const Tensor x = random({tokens, in}, 1);
  const Tensor weight = random({out, in}, 2, 0.1F);
  EXPECT_LT(test::relative_error(linear(x, {weight, Precision::f32x6}), reference::linear(x, weight)), 1e-6);
}

TEST(Linear, ProductsAreSplitOnlyWhereThatPays) {
  const Tensor x = random({9, 70}, 1);
  const Tensor weight = random({33, 70}, 2);
  const Tensor plain = linear(x, {weight, Precision::f32});
  for (const Precision precision : {Precision::f32x3, Precision::f32x6}) {
    const bool same = test::same_bits(linear(x, {weight, precision}), plain);
    EXPECT_EQ(same, active_isa() < Isa::amx);
    const SplitProducts split;
    EXPECT_EQ(test::same_bits(linear(x, {weight, precision}), plain), active_isa() < Isa::avx512_bf16);
  }
}

// A bf16 result is the rounded f32 one, but for gelu's shortcut in bf16 products: an absolute 2e-5 of x.
TEST_P(LinearShapes, WritesBf16) {
  const auto [tokens, in, out] = GetParam();
  const Tensor x = random({tokens, in}, 1);
  const Tensor weight = random({out, in}, 2, 0.1F);
  for (const Precision precision : {Precision::f32, Precision::bf16})
    for (const Activation activation : {Activation::none, Activation::gelu_erf, Activation::gelu_tanh}) {
      LinearOptions options{random({out}, 3), activation, {}, {}};
      const Tensor expected = linear(x, {weight, precision}, options);
      options.output = DType::bf16;
      const Tensor y = linear(x, {weight, precision}, options);
      if (activation == Activation::gelu_erf)
        EXPECT_LT(test::relative_error(y.to(DType::f32), expected), 3e-3);
      else
        EXPECT_TRUE(test::same_bits(y, expected.to(DType::bf16)));
    }
}

TEST_P(LinearShapes, EpilogueMatchesTheReference) {
  const auto [tokens, in, out] = GetParam();
  const Tensor x = random_strided(tokens, in, 1);
  const Tensor weight = random_strided(out, in, 2);
  for (const Activation activation : {Activation::none, Activation::gelu_erf, Activation::gelu_tanh}) {
    const LinearOptions options{random({out}, 3), activation, random_strided(tokens, out, 4), {}};
    const Tensor expected = reference::linear(x, weight, options);
    EXPECT_LT(test::relative_error(linear(x, {weight, Precision::f32}, options), expected), 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(Edges, LinearShapes,
                         testing::Values(Case{1, 1, 1}, Case{1, 320, 1280}, Case{63, 20, 33}, Case{64, 64, 128},
                                         Case{65, 33, 129}, Case{130, 100, 257}, Case{200, 640, 33},
                                         Case{7, 2560, 640}));

TEST(Linear, NoTokens) {
  const PackedWeight weight(random({5, 3}, 1), Precision::f32);
  EXPECT_EQ(linear(Tensor::empty({0, 3}), weight).shape(), (Shape{0, 5}));
}

TEST(Linear, WritesIntoItsResidualAndNowhereElse) {
  const Tensor x = random({70, 40}, 1);
  const Tensor weight = random({150, 40}, 2);
  Tensor wide = random({70, 160}, 3);
  const Tensor before = wide.clone();
  Tensor stream = wide.columns(4, 154);
  const Tensor expected = reference::linear(x, weight, {{}, Activation::none, stream.clone(), {}});
  const Tensor result = linear(x, {weight, Precision::f32}, {{}, Activation::none, stream, stream});
  EXPECT_EQ(result.raw_data(), stream.raw_data());
  EXPECT_LT(test::relative_error(stream, expected), 1e-6);
  EXPECT_TRUE(test::same_bits(wide.columns(0, 4), before.columns(0, 4)));
  EXPECT_TRUE(test::same_bits(wide.columns(154, 160), before.columns(154, 160)));
}

TEST(Linear, TakesWeightsOfEveryStoredType) {
  const Tensor x = random({9, 50}, 1);
  const Tensor weight = random({30, 50}, 2);
  for (const DType dtype : {DType::bf16, DType::f16}) {
    const Tensor stored = weight.to(dtype);
    EXPECT_LT(test::relative_error(linear(x, {stored, Precision::f32}), reference::linear(x, stored)), 1e-6);
  }
  EXPECT_THROW(PackedWeight(weight.to(DType::f32).reshape({1500}), Precision::f32), Error);
  EXPECT_THROW(linear(random({9, 51}, 1), {weight, Precision::f32}), Error);
}

TEST(Linear, AnInputsEndTakesFewRows) {
  for (const DType dtype : {DType::f32, DType::bf16}) {
    if (dtype == DType::bf16 && active_isa() < Isa::avx512_bf16) continue;
    const cpu::PanelProduct product(320, 256, dtype);
    EXPECT_EQ(product.padded(64), 64);
    EXPECT_TRUE(product.padded(1) == 1 || product.padded(1) == product.padded(16));
    EXPECT_TRUE(product.padded(17) == 32 || product.padded(17) == 64);
  }
}

TEST(Linear, UnknownWishesAboutSplittingAreRefused) {
  ::setenv("GROEL_F32X3", "spilt", 1);
  EXPECT_THROW(splits_products(), Error);
  ::unsetenv("GROEL_F32X3");
}

constexpr Precision kPrecisions[] = {Precision::f32, Precision::bf16, Precision::f32x3, Precision::f32x6,
                                     Precision::int8};

TEST(Linear, RowsDoNotDependOnTheBatch) {
  const SplitProducts split;
  for (const Precision precision : kPrecisions)
    for (const Case c : {Case{300, 320, 200}, Case{150, 65, 33}, Case{200, 1280, 128}, Case{90, 2600, 64}}) {
      const Tensor x = random({c.tokens, c.in}, 1);
      const PackedWeight weight(random({c.out, c.in}, 2), precision);
      const LinearOptions options{random({c.out}, 3), Activation::gelu_erf, {}, {}};
      const Tensor together = linear(x, weight, options);
      for (const std::int64_t count : {1, 2, 15, 16, 17, 63, 64, 65})
        for (const std::int64_t begin : {0, 1, 13, 64}) {
          if (begin + count > c.tokens) continue;
          const Tensor alone = linear(x.rows(begin, begin + count), weight, options);
          ASSERT_TRUE(test::same_bits(alone, together.rows(begin, begin + count))) << count << " rows at " << begin;
        }
    }
}

TEST(Linear, EqualRowsGiveEqualResultsAtEveryPosition) {
  const SplitProducts split;
  Tensor x = random({150, 333}, 1);
  for (std::int64_t t = 1; t < 150; ++t)
    std::memcpy(x.mutable_data<float>() + t * 333, x.data<float>(), 333 * sizeof(float));
  for (const Precision precision : kPrecisions) {
    const Tensor y = linear(x, {random({140, 333}, 2), precision});
    for (std::int64_t t = 1; t < 150; ++t) ASSERT_TRUE(test::same_bits(y.rows(t, t + 1), y.rows(0, 1))) << t;
  }
}

TEST(Linear, ThreadsDoNotChangeBits) {
  const SplitProducts split;
  const Tensor x = random({130, 96}, 1);
  const Tensor weight = random({700, 96}, 2);
  for (const Precision precision : kPrecisions)
    test::expect_same_for_any_threads([&] { return linear(x, {weight, precision}); });
}

TEST(Linear, PackedWeightTellsItsShape) {
  const PackedWeight weight(random({300, 20}, 1), Precision::f32);
  EXPECT_EQ(weight.in(), 20);
  EXPECT_EQ(weight.out(), 300);
  EXPECT_EQ(weight.precision(), Precision::f32);
  EXPECT_GE(weight.bytes(), 300U * 20U * 4U);
  EXPECT_FALSE(PackedWeight().defined());
}

}  // namespace
}  // namespace groel::ops
