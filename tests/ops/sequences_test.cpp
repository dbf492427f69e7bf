// Windows, LSTMs, batch norms and poolings over packed sequences against their references and the slopes of these.
#include "ops/windows.h"

#include <algorithm>

#include "ops/attention_pool.h"
#include "ops/linear_grad.h"
#include "ops/lstm.h"
#include "ops/pool_grad.h"
#include "slope.h"

namespace groel::ops {
namespace {

using test::expect_slope;

Segments segments_of(const std::vector<std::int32_t>& lengths) {
  const Tensor bounds = test::bounds_of(lengths);
  const auto count = static_cast<std::int64_t>(lengths.size());
  return {bounds.rows(0, count).clone(), bounds.rows(1, count + 1).clone()};
}

const std::vector<std::int32_t> kRunLengths{5, 1, 0, 130, 17};
constexpr std::int64_t kRows = 153;

TEST(Windows, AreThoseOfTheReferenceInAnyRunsOfRows) {
  const Tensor x = test::random({kRows, 7}, 1);
  for (const std::int64_t kernel : {1, 3, 9}) {
    const Windows all{test::bounds_of(kRunLengths), kernel, 0, kRows};
    const Tensor expected = reference::gather_windows(x, all);
    EXPECT_TRUE(test::same_bits(gather_windows(x, all), expected));
    const Tensor dy = test::random(expected.shape(), 2);
    Tensor whole = Tensor::zeros(x.shape()), runs = Tensor::zeros(x.shape()), plain = Tensor::zeros(x.shape());
    add_windows(dy, all, whole);
    reference::add_windows(dy, all, plain);
    EXPECT_LT(test::relative_error(whole, plain), 1e-6);
    for (std::int64_t begin = 0; begin < kRows; begin += 50) {
      const Windows some{all.bounds, kernel, begin, std::min(kRows, begin + 50)};
      EXPECT_TRUE(test::same_bits(gather_windows(x, some), expected.rows(some.begin, some.end)));
      add_windows(dy.rows(some.begin, some.end).clone(), some, runs);
    }
    EXPECT_TRUE(test::same_bits(runs, whole));
    test::expect_same_for_any_threads([&] {
      Tensor dx = Tensor::zeros(x.shape());
      add_windows(dy, all, dx);
      return dx;
    });
  }
}

TEST(Windows, GradientIsTheSlope) {
  const Tensor x = test::random({8, 3}, 1);
  const Windows windows{test::bounds_of({5, 3}), 5, 0, 8};
  const Tensor dy = test::random({8, 15}, 2);
  Tensor dx = Tensor::zeros(x.shape());
  add_windows(dy, windows, dx);
  expect_slope(
      x, [&] { return reference::gather_windows(x, windows); }, dy, dx);
}

struct Recurrent {
  LstmInput input;
  Tensor weight;
};

Recurrent recurrent(const std::vector<std::int32_t>& lengths, std::int64_t width, ReadingOrder order) {
  const Tensor bounds = test::bounds_of(lengths);
  const Tensor weight = test::random({4 * width, width}, 2, 0.3F);
  return {{test::random({bounds.values<std::int32_t>().back(), 4 * width}, 1), bounds,
           PackedWeight(weight, Precision::f32), order},
          weight};
}

TEST(Lstm, MatchesTheReferenceBothWays) {
  for (const ReadingOrder order : {ReadingOrder::forward, ReadingOrder::backward})
    for (const std::int64_t width : {1, 16, 21}) {
      const Recurrent r = recurrent(kRunLengths, width, order);
      const LstmResult got = lstm(r.input), expected = reference::lstm(r.input, r.weight);
      EXPECT_LT(test::max_error(got.h, expected.h), 2e-6);
      EXPECT_LT(test::max_error(got.c, expected.c), 1e-5);
      EXPECT_LT(test::max_error(got.active, expected.active), 2e-6);
    }
}

// One unit and two residues, by the formulas.
TEST(Lstm, KnownValues) {
  const Tensor weight = Tensor::of<float>({4, 1}, {0.5F, -0.5F, 1, 0.25F});
  const LstmInput input{Tensor::of<float>({2, 4}, {0.1F, 0.2F, 0.3F, 0.4F, -0.1F, 0.6F, 0.2F, 0.0F}),
                        test::bounds_of({2}), PackedWeight(weight, Precision::f32), ReadingOrder::forward};
  const auto s = [](double x) { return 1 / (1 + std::exp(-x)); };
  const double c1 = s(0.1) * std::tanh(0.3), h1 = s(0.4) * std::tanh(c1);
  const double c2 = s(0.6 - 0.5 * h1) * c1 + s(-0.1 + 0.5 * h1) * std::tanh(0.2 + h1);
  const double h2 = s(0.25 * h1) * std::tanh(c2);
  const LstmResult got = lstm(input);
  EXPECT_NEAR(got.h.data<float>()[0], h1, 1e-6);
  EXPECT_NEAR(got.h.data<float>()[1], h2, 1e-6);
}

TEST(Lstm, GradientsAreTheSlopes) {
  for (const ReadingOrder order : {ReadingOrder::forward, ReadingOrder::backward}) {
    const Recurrent r = recurrent({4, 1, 6}, 3, order);
    const Tensor dh = test::random({11, 3}, 3);
    const LstmResult forward = lstm(r.input);
    const PackedWeight transposed = PackedWeight::transposed(r.weight, Precision::f32);
    const Tensor dgates = lstm_grad(r.input, forward, transposed, dh);
    const auto h = [&] { return reference::lstm(r.input, r.weight).h; };
    expect_slope(r.input.gates, h, dh, dgates, 4e-3);
    LinearGradients to{Tensor::zeros(r.weight.shape()), {}};
    linear_grad(states_before(forward.h, r.input), dgates, Precision::f32, to);
    expect_slope(r.weight, h, dh, to.weight, 4e-3);
  }
}

TEST(Lstm, DependsNeitherOnNeighboursNorOnThreads) {
  std::vector<std::int32_t> lengths(20, 3);
  lengths[4] = 40;
  const Recurrent all = recurrent(lengths, 24, ReadingOrder::backward);
  test::expect_same_for_any_threads([&] { return lstm(all.input).h; });
  LstmInput one = all.input;
  one.gates = all.input.gates.rows(12, 52).clone();
  one.bounds = test::bounds_of({40});
  EXPECT_TRUE(test::same_bits(lstm(one).h, lstm(all.input).h.rows(12, 52)));
}

TEST(AttentionPool, MatchesTheReferenceAndItsSlope) {
  const PoolInput input{test::random({kRows, 70}, 1), test::random({kRows, 70}, 2), segments_of(kRunLengths)};
  const Tensor y = attention_pool(input);
  EXPECT_LT(test::relative_error(y, reference::attention_pool(input)), 1e-6);
  for (const float value : y.rows(2, 3).values<float>()) EXPECT_EQ(value, 0);
  test::expect_same_for_any_threads([&] { return attention_pool(input); });

  const PoolInput small{test::random({7, 3}, 1), test::random({7, 3}, 2), segments_of({4, 3})};
  const Tensor dy = test::random({2, 3}, 3);
  const PoolGradients got = attention_pool_grad(small, attention_pool(small), dy);
  const auto f = [&] { return reference::attention_pool(small); };
  expect_slope(small.values, f, dy, got.values);
  expect_slope(small.scores, f, dy, got.scores);
}

TEST(AttentionPool, HugeScoresStayFinite) {
  const PoolInput input{Tensor::of<float>({2, 1}, {3, 5}), Tensor::of<float>({2, 1}, {1e30F, -1e30F}),
                        segments_of({2})};
  EXPECT_EQ(attention_pool(input).data<float>()[0], 3);
}

TEST(SegmentMax, TheFirstOfTheLargestGetsTheGradient) {
  const Tensor x = Tensor::of<float>({5, 2}, {1, 9, 4, 2, 4, 3, -1, -2, -3, -2});
  const Segments segments = segments_of({3, 2});
  const Tensor dy = Tensor::of<float>({2, 2}, {1, 2, 3, 4});
  const Tensor got = segment_max_grad({x, segments, segment_max(x, segments)}, dy);
  EXPECT_TRUE(test::same_bits(got, Tensor::of<float>({5, 2}, {0, 2, 1, 0, 0, 0, 3, 4, 0, 0})));
}

TEST(PackedWeight, OfATransposeIsThatOfTheTransposed) {
  for (const auto& [in, out] : {std::pair{5, 3}, std::pair{64, 512}, std::pair{320, 300}}) {
    const Tensor weight = test::random({in, out}, 1);
    const Tensor x = test::random({33, in}, 2);
    for (const Precision precision : {Precision::f32, Precision::bf16})
      EXPECT_TRUE(test::same_bits(linear(x, PackedWeight::transposed(weight, precision)),
                                  linear(x, PackedWeight(transpose(weight), precision))));
  }
}

}  // namespace
}  // namespace groel::ops
