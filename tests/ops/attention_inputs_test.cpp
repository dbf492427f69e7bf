// attention with cached keys, biases and given positions; and the inputs that it refuses.
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "attention_input.h"
#include "base/cpu.h"
#include "base/error.h"

namespace groel::ops {
namespace {

using namespace test_input;

// Each step has the keys so far, as a cache would.
TEST(AttentionDecode, AStepIsARowOfTheWholePass) {
  for (const std::int64_t key_heads : {1, 2, 4})
    for (const Precision precision : {Precision::f32, Precision::bf16}) {
      AttentionInput input = make({{150}, {150}, 4, key_heads, 24}, AttentionMask::causal());
      input.precision = precision;
      const Tensor whole = attention(input);
      for (const std::int64_t t : {0, 1, 62, 63, 64, 65, 100, 127, 128, 149}) {
        AttentionInput step = input;
        step.q = input.q.rows(t, t + 1);
        step.k = input.k.rows(0, t + 1);
        step.v = input.v.rows(0, t + 1);
        step.cu_seqlens = bounds_of({1});
        step.cu_keys = bounds_of({t + 1});
        EXPECT_TRUE(test::same_bits(attention(step), whole.rows(t, t + 1))) << t;
        step.mask = {};
        EXPECT_TRUE(test::same_bits(attention(step), whole.rows(t, t + 1))) << t;
      }
    }
}

// Hidden keys may hold anything that is a number, and change nothing.
TEST(AttentionDecode, HiddenKeysChangeNothing) {
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    AttentionInput input = make({{100}, {100}, 2, 2, 16}, AttentionMask::causal());
    input.precision = precision;
    const Tensor before = attention(input);
    for (Tensor* x : {&input.k, &input.v}) {
      *x = x->clone();
      std::fill_n(x->mutable_data<float>() + 70 * 32, 30 * 32, 1e4F);
    }
    EXPECT_TRUE(test::same_bits(attention(input).rows(0, 70), before.rows(0, 70)));
  }
}

TEST(AttentionBias, OneForAllSequencesIsTheSameForEach) {
  const Sizes sizes{{33, 33, 33}, {70, 70, 70}, 4, 2, 16};
  AttentionInput input = make(sizes, AttentionMask::causal());
  const Tensor bias = test::random({4, 33, 70}, 4);
  const Tensor dy = test::random(input.q.shape(), 3);
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    input.precision = precision;
    input.bias = {bias, bias, bias};
    const Tensor each = attention(input);
    const AttentionGradients apart = grad(input, dy);
    input.bias = {bias};
    EXPECT_TRUE(test::same_bits(attention(input), each));
    const AttentionGradients shared = grad(input, dy);
    EXPECT_TRUE(test::same_bits(shared.k, apart.k));
    const AttentionGradients expected = reference_grad(input, dy);
    EXPECT_LT(test::relative_error(shared.bias[0], expected.bias[0]), precision == Precision::f32 ? 1e-5 : 1e-2);
    test::expect_same_for_any_threads([&] { return grad(input, dy).bias[0]; });
  }
}

// The same numbers laid out for speed, with other numbers where they may be read in vain.
Tensor keys_first(const Tensor& bias) {
  const std::int64_t heads = bias.size(0), queries = bias.size(1), keys = bias.size(2);
  Tensor out = test::random({heads, queries * keys + kBiasMargin}, 9).columns(0, queries * keys);
  for (std::int64_t h = 0; h < heads; ++h)
    for (std::int64_t i = 0; i < queries; ++i)
      for (std::int64_t j = 0; j < keys; ++j)
        out.mutable_data<float>()[h * out.row_stride() + j * queries + i] =
            bias.data<float>()[(h * queries + i) * keys + j];
  return out;
}

TEST(AttentionBias, SharedAndOfKeysMatchTheReference) {
  for (const std::int64_t queries : {1, 33, 64, 150})
    for (const Precision precision : {Precision::f32, Precision::bf16})
      for (const bool causal : {false, true}) {
        const std::int64_t keys = queries + 11;
        AttentionInput input =
            make({{queries, queries}, {keys, keys}, 4, 2, 16}, causal ? AttentionMask::causal() : AttentionMask{});
        input.precision = precision;
        const double error = precision == Precision::f32 ? 1e-5 : 1e-2;
        const Tensor bias = test::random({4, queries, keys}, 4);
        input.bias = {bias};
        const Tensor expected = attention(input), map = attention_maps(input, 1);
        input.bias = {};
        input.shared_bias = keys_first(bias);
        EXPECT_LT(test::relative_error(attention(input), expected), error) << queries;
        EXPECT_LT(test::max_error(attention_maps(input, 1), map), 1e-6);
        input.key_bias = test::random({2 * keys}, 5);
        input.key_bias.mutable_data<float>()[keys + 3] = -1e9F;  // not seen
        EXPECT_LT(test::relative_error(attention(input), reference::attention(input)), error) << queries;
        EXPECT_EQ(attention_maps(input, 1).data<float>()[3], 0);
        test::expect_same_for_any_threads([&] { return attention(input); });
        input.shared_bias = {};
        EXPECT_LT(test::relative_error(attention(input), reference::attention(input)), error) << queries;
      }
}

TEST(AttentionBias, MinusInfinityHidesAKey) {
  AttentionInput input = make({{90}, {90}, 2, 2, 16}, {});
  input.bias = {Tensor::zeros({2, 90, 90})};
  for (std::int64_t i = 0; i < 2 * 90; ++i)
    for (std::int64_t j = i % 90 + 1; j < 90; ++j) input.bias[0].mutable_data<float>()[i * 90 + j] = -INFINITY;
  AttentionInput causal = input;
  causal.bias = {};
  causal.mask = AttentionMask::causal();
  const Tensor dy = test::random(input.q.shape(), 3);
  EXPECT_LT(test::relative_error(attention(input), attention(causal)), 1e-6);
  EXPECT_LT(test::max_error(attention_maps(input, 0), attention_maps(causal, 0)), 1e-6);
  EXPECT_LT(test::relative_error(grad(input, dy).k, grad(causal, dy).k), 1e-6);
}

TEST(AttentionBias, OfOneSequenceAloneAndItsGradientNotWanted) {
  const Sizes sizes{{20, 5}, {20, 5}, 2, 2, 8};
  AttentionInput input = make(sizes, {});
  input.bias = {{}, test::random({2, 5, 5}, 3)};
  EXPECT_LT(test::relative_error(attention(input), reference::attention(input)), 1e-5);
  const Tensor dy = test::random(input.q.shape(), 3);
  AttentionGradients to{Tensor::empty(input.q.shape()), Tensor::empty(input.k.shape()), Tensor::empty(input.v.shape())};
  attention_grad(input, dy, to);
  AttentionGradients expected = to;
  for (Tensor* x : {&expected.q, &expected.k, &expected.v}) *x = x->clone();
  reference::attention_grad(input, dy, expected);
  EXPECT_LT(test::relative_error(to.q, expected.q), 1e-5);
}

TEST(AttentionBias, TakesTheGradientToF32AndIsCounted) {
  AttentionInput input = make({{20}, {20}, 2, 2, 8}, AttentionMask::causal());
  const Tensor dy = test::random(input.q.shape(), 3);
  input.precision = Precision::bf16;
  const std::int64_t before = attention_fallbacks();
  grad(input, dy);
  EXPECT_EQ(attention_fallbacks(), before);
  input.bias = {test::random({2, 20, 20}, 3)};
  grad(input, dy);
  EXPECT_EQ(attention_fallbacks(), before + (active_isa() >= Isa::avx512_bf16 ? 1 : 0));
}

TEST(AttentionPositions, GivenAreThoseOfTheTable) {
  const Sizes sizes{{1, 40, 70}, {65, 70, 70}, 4, 2, 24};
  AttentionInput input = make(sizes, AttentionMask::causal());
  const Tensor counted = attention(input);
  const auto places = [](const std::vector<std::int64_t>& lengths, const std::vector<std::int64_t>& from, int step) {
    std::vector<std::int32_t> out;
    for (std::size_t b = 0; b < lengths.size(); ++b)
      for (std::int64_t i = 0; i < lengths[b]; ++i) out.push_back(static_cast<std::int32_t>(from[b] + step * i));
    return test::ints(out);
  };
  input.positions = places(sizes.queries, {64, 30, 0}, 1);
  input.key_positions = places(sizes.keys, {0, 0, 0}, 1);
  EXPECT_TRUE(test::same_bits(attention(input), counted));
  input.rotary = rotary_table(test::random({12}, 5), 300);
  input.key_positions = places(sizes.keys, {7, 9, 11}, 3);
  const Tensor dy = test::random(input.q.shape(), 3);
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    input.precision = precision;
    const double bound = precision == Precision::f32 ? 1e-5 : 1e-2;
    EXPECT_LT(test::relative_error(attention(input), reference::attention(input)), bound);
    EXPECT_GT(test::relative_error(attention(input), counted), 0.1);
    const std::vector<Tensor> got = all_of(grad(input, dy));
    const std::vector<Tensor> expected = all_of(reference_grad(input, dy));
    for (std::size_t i = 0; i < 3; ++i) EXPECT_LT(test::relative_error(got[i], expected[i]), bound) << i;
  }
  EXPECT_LT(test::max_error(attention_maps(input, 1), reference::attention_maps(input, 1)), 4e-6);
}

// Queries of another sequence: more of them than keys.
TEST(AttentionShapes, FewerKeysThanQueriesWhereEveryKeyIsSeen) {
  AttentionInput input = make({{70, 3}, {5, 9}, 2, 1, 16}, {});
  input.rotary = {};
  const Tensor dy = test::random(input.q.shape(), 3);
  EXPECT_LT(test::relative_error(attention(input), reference::attention(input)), 1e-5);
  EXPECT_LT(test::relative_error(grad(input, dy).k, reference_grad(input, dy).k), 1e-5);
}

TEST(AttentionShapes, KeysWithoutQueriesHaveNoSlope) {
  const AttentionInput input = make({{0, 3}, {6, 3}, 2, 2, 8}, AttentionMask::causal());
  const AttentionGradients to = grad(input, test::random(input.q.shape(), 3));
  EXPECT_EQ(test::max_error(to.k.rows(0, 6), Tensor::zeros({6, 16})), 0);
  EXPECT_EQ(test::max_error(to.v.rows(0, 6), Tensor::zeros({6, 16})), 0);
}

void expect_refused(const std::function<void(AttentionInput&)>& spoil) {
  AttentionInput input = make({{4, 3}, {6, 3}, 4, 2, 8}, AttentionMask::causal());
  EXPECT_NO_THROW(attention(input));
  spoil(input);
  for (const auto& call :
       std::vector<std::function<void()>>{[&] { attention(input); }, [&] { attention_maps(input, 0); },
                                          [&] {
                                            grad(input, test::random({7, 32}, 1));
                                          }}) {
    try {
      call();
      ADD_FAILURE() << "taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::internal) << error.what();
    }
  }
}

TEST(AttentionShapes, ThatDoNotFitAreRefused) {
  expect_refused([](AttentionInput& x) { x.cu_keys = {}; });
  expect_refused([](AttentionInput& x) { x.cu_keys = bounds_of({9}); });
  expect_refused([](AttentionInput& x) { x.cu_keys = bounds_of({3, 6}); });  // a causal sequence short of keys
  expect_refused([](AttentionInput& x) { x.cu_keys = bounds_of({6, 4}); });
  expect_refused([](AttentionInput& x) { x.mask = AttentionMask::window(-1); });
  expect_refused([](AttentionInput& x) { x.k = x.v = test::random({9, 24}, 1); });  // 3 heads of keys for 4
  expect_refused([](AttentionInput& x) { x.k = x.v = test::random({9, 20}, 1); });
  expect_refused([](AttentionInput& x) { x.v = test::random({9, 32}, 1); });
  expect_refused([](AttentionInput& x) { x.bias = {Tensor::zeros({4, 4, 6})}; });  // not of the second
  expect_refused([](AttentionInput& x) { x.bias = {Tensor::zeros({2, 4, 6}), Tensor::zeros({2, 3, 3})}; });
  expect_refused([](AttentionInput& x) { x.bias = {{}, {}, {}}; });
  expect_refused([](AttentionInput& x) { x.positions = test::ints({0, 1, 2, 3, 0, 1}); });
  expect_refused([](AttentionInput& x) { x.positions = test::ints({0, 1, 2, 3, 0, 1, 6}); });
  expect_refused([](AttentionInput& x) { x.key_positions = test::ints({0, 1, 2, 3, 4, 5, 0, 1, -1}); });
}

}  // namespace
}  // namespace groel::ops
