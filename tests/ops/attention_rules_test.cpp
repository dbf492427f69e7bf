// attention and its gradient under every rule: against the references, alone and in a batch, with any threads.
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "attention_input.h"
#include "base/cpu.h"
#include "ops/attention_impl.h"
#include "slope.h"

namespace groel::ops {
namespace {

using namespace test_input;

std::vector<Tensor> biases(const Sizes& sizes) {
  std::vector<Tensor> out;
  for (std::size_t b = 0; b < sizes.keys.size(); ++b)
    out.push_back(test::random({sizes.heads, sizes.queries[b], sizes.keys[b]}, static_cast<unsigned>(b) + 9));
  return out;
}

const std::vector<std::int64_t> kLengths{1, 2, 31, 64, 65, 200};

struct Case {
  const char* name;
  AttentionMask mask;
  std::int64_t key_heads = 4;  // of 4
  std::int64_t ahead = 0;      // keys before the first query
  bool bias = false;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

Sizes sizes_of(const Case& c, std::int64_t width, const std::vector<std::int64_t>& lengths = kLengths) {
  Sizes sizes{lengths, lengths, 4, c.key_heads, width};
  for (std::int64_t& n : sizes.keys) n += c.ahead;
  return sizes;
}

AttentionInput input_of(const Case& c, const Sizes& sizes) {
  AttentionInput input = make(sizes, c.mask);
  if (c.bias) input.bias = biases(sizes);
  return input;
}

AttentionInput input_of(const Case& c, std::int64_t width) { return input_of(c, sizes_of(c, width)); }

// One sequence of `input` as a batch of its own.
AttentionInput alone(AttentionInput input, std::size_t b) {
  const auto queries = input.cu_seqlens.values<std::int32_t>();
  const auto keys = input.cu_keys.values<std::int32_t>();
  input.q = input.q.rows(queries[b], queries[b + 1]);
  for (Tensor* x : {&input.k, &input.v}) *x = x->rows(keys[b], keys[b + 1]);
  if (!input.bias.empty()) input.bias = {input.bias[b]};
  const auto count = [](std::span<const std::int32_t> bounds, std::size_t i) {
    return bounds_of({bounds[i + 1] - bounds[i]});
  };
  const Tensor cu_queries = count(queries, b);
  input.cu_keys = count(keys, b);
  input.cu_seqlens = cu_queries;
  return input;
}

// Relative; a query of one key has no slope, and then rounding is held against what it was the rounding of.
double error_of(const Tensor& gradient, const Tensor& expected) {
  const double none = test::max_error(expected, Tensor::zeros(expected.shape()));
  return none == 0 ? test::max_error(gradient, expected) / 10 : test::relative_error(gradient, expected);
}

class AttentionRules : public ::testing::TestWithParam<Case> {
 protected:
  static constexpr Precision kPrecisions[] = {Precision::f32, Precision::bf16};
  static constexpr std::int64_t kWidths[] = {8, 16, 24, 64};
  static double bound(Precision precision) { return precision == Precision::f32 ? 1e-5 : 1e-2; }
};

TEST_P(AttentionRules, MatchesTheReference) {
  for (const std::int64_t width : kWidths) {
    AttentionInput input = input_of(GetParam(), width);
    const Tensor expected = reference::attention(input);
    for (const Precision precision : kPrecisions) {
      input.precision = precision;
      EXPECT_LT(test::relative_error(attention(input), expected), bound(precision)) << width;
      EXPECT_LT(test::relative_error(attention(input, DType::bf16), expected), 1e-2) << width;
      for (std::size_t b = 0; b < kLengths.size(); ++b) {  // a short sequence does not hide among long ones
        const Tensor one = attention(alone(input, b));
        EXPECT_LT(test::relative_error(one, reference::attention(alone(input, b))), bound(precision)) << b;
      }
    }
  }
}

TEST_P(AttentionRules, MapsMatchTheReference) {
  const AttentionInput input = input_of(GetParam(), 24);
  for (std::size_t b = 0; b < kLengths.size(); ++b) {
    const auto index = static_cast<std::int64_t>(b);
    const Tensor maps = attention_maps(input, index);
    EXPECT_LT(test::max_error(maps, reference::attention_maps(input, index)), 4e-6);
    EXPECT_TRUE(test::same_bits(maps, attention_maps(alone(input, b), 0)));
  }
}

TEST_P(AttentionRules, GradientsMatchTheReference) {
  for (const std::int64_t width : kWidths) {
    AttentionInput input = input_of(GetParam(), width);
    const Tensor dy = test::random_strided(input.q.size(0), input.q.size(1), 3);
    const std::vector<Tensor> expected = all_of(reference_grad(input, dy));
    for (const Precision precision : kPrecisions) {
      input.precision = precision;
      const std::vector<Tensor> got = all_of(grad(input, dy));
      for (std::size_t i = 0; i < got.size(); ++i)
        EXPECT_LT(error_of(got[i], expected[i]), bound(precision)) << i << " of width " << width;
    }
  }
}

// The reference is held against differences of the reference.
TEST_P(AttentionRules, GradientsAreTheSlope) {
  const Sizes sizes = sizes_of(GetParam(), 4, {5, 3});
  const AttentionInput input = input_of(GetParam(), sizes);
  const Tensor dy = test::random(input.q.shape(), 3);
  const AttentionGradients to = reference_grad(input, dy);
  AttentionInput whole = input;  // without strides, for expect_slope
  whole.q = input.q.clone();
  whole.k = input.k.clone();
  whole.v = input.v.clone();
  const auto f = [&] { return reference::attention(whole); };
  test::expect_slope(whole.q, f, dy, to.q);
  test::expect_slope(whole.k, f, dy, to.k);
  test::expect_slope(whole.v, f, dy, to.v);
  for (std::size_t b = 0; b < whole.bias.size(); ++b) test::expect_slope(whole.bias[b], f, dy, to.bias[b]);
}

TEST_P(AttentionRules, ASequenceDoesNotDependOnItsNeighbours) {
  AttentionInput input = input_of(GetParam(), 24);
  const Tensor dy = test::random(input.q.shape(), 3);
  const auto bounds = input.cu_seqlens.values<std::int32_t>();
  for (const Precision precision : kPrecisions) {
    input.precision = precision;
    const AttentionResult together = attention_with_sums(input);
    const AttentionGradients slopes = grad(input, dy);
    for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
      const AttentionInput one = alone(input, b);
      EXPECT_TRUE(test::same_bits(attention(one), together.y.rows(bounds[b], bounds[b + 1]))) << b;
      const AttentionGradients slope = grad(one, dy.rows(bounds[b], bounds[b + 1]));
      EXPECT_TRUE(test::same_bits(slope.q, slopes.q.rows(bounds[b], bounds[b + 1]))) << b;
      for (const Tensor& bias : slope.bias) EXPECT_TRUE(test::same_bits(bias, slopes.bias[b])) << b;
    }
  }
}

TEST_P(AttentionRules, ThreadsDoNotChangeBits) {
  AttentionInput input = input_of(GetParam(), 16);
  const Tensor dy = test::random(input.q.shape(), 3);
  for (const Precision precision : kPrecisions) {
    input.precision = precision;
    test::expect_same_for_any_threads([&] { return attention(input); });
    for (const std::size_t i : {0, 1, 2}) test::expect_same_for_any_threads([&] { return all_of(grad(input, dy))[i]; });
  }
}

// The tile kernel with its instructions emulated.
TEST_P(AttentionRules, TilesMatchTheReference) {
  if (active_isa() < Isa::avx512_bf16) GTEST_SKIP() << "the kernel around the tiles needs AVX-512 with bf16";
  const AttentionInput input = input_of(GetParam(), 24);
  AttentionResult out{Tensor::empty(input.q.shape()), {}};
  cpu::attention(input, cpu::attend_emulated_amx, out);
  EXPECT_LT(test::relative_error(out.y, reference::attention(input)), 1e-2);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, AttentionRules,
    ::testing::Values(Case{"full", {}}, Case{"causal", AttentionMask::causal()},
                      Case{"window_of_none", AttentionMask::window(0)}, Case{"window", AttentionMask::window(5)},
                      Case{"wide_window", AttentionMask::window(90)}, Case{"prompts", AttentionMask::prompts(3)},
                      Case{"many_prompts", AttentionMask::prompts(70)}, Case{"no_prompts", AttentionMask::prompts(0)},
                      Case{"full_cached", {}, 4, 37}, Case{"causal_cached", AttentionMask::causal(), 4, 37},
                      Case{"window_cached", AttentionMask::window(5), 4, 70},
                      Case{"prompts_cached", AttentionMask::prompts(70), 4, 9},
                      Case{"lone_prompts", AttentionMask::lone_prompts(3)},
                      Case{"many_lone_prompts", AttentionMask::lone_prompts(70)},
                      Case{"lone_prompts_cached", AttentionMask::lone_prompts(70), 2, 9},
                      Case{"lone_prompts_biased", AttentionMask::lone_prompts(5), 4, 0, true},
                      Case{"full_grouped", {}, 2}, Case{"causal_grouped_cached", AttentionMask::causal(), 1, 130},
                      Case{"full_biased", {}, 4, 0, true}, Case{"causal_biased", AttentionMask::causal(), 4, 0, true},
                      Case{"all", AttentionMask::window(20), 2, 66, true}),
    [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace groel::ops
