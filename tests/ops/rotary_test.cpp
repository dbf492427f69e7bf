// rotary: its table, strided rows, positions that restart with every sequence.
#include "ops/rotary.h"

#include "base/error.h"
#include "helpers.h"

namespace groel::ops {
namespace {

Tensor frequencies(std::int64_t half) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < half; ++i)
    values.push_back(1.0F / std::pow(10000.0F, static_cast<float>(i) / static_cast<float>(half)));
  return Tensor::of<float>({half}, std::span<const float>(values));
}

TEST(Rotary, TableRoundsTheAngleFirst) {
  const RotaryTable table = rotary_table(frequencies(8), 3000);
  const float angle = 2999.0F * frequencies(8).values<float>()[3];
  EXPECT_EQ(table.cosine.rows(2999, 3000).values<float>()[3], static_cast<float>(std::cos(static_cast<double>(angle))));
  EXPECT_EQ(table.sine.values<float>()[0], 0.0F);
}

TEST(Rotary, MatchesTheReference) {
  for (const std::int64_t half : {1, 4, 5, 8, 10, 16, 20, 32, 64}) {
    const RotaryTable table = rotary_table(frequencies(half), 70);
    const Tensor bounds = test::ints({0, 1, 1, 70, 140});
    const RotaryOptions options{3, 0.25F};
    Tensor x = test::random_strided(140, 6 * half, 1);
    Tensor expected = x.clone();
    rotary_inplace(x, table, bounds, options);
    reference::rotary_inplace(expected, table, bounds, options);
    EXPECT_LT(test::relative_error(x, expected), 1e-7) << half;
  }
}

TEST(Rotary, APositionIsCountedWithinItsSequence) {
  const RotaryTable table = rotary_table(frequencies(16), 500);
  const Tensor all = test::random({1000, 64}, 1);
  Tensor together = all.clone();
  rotary_inplace(together, table, test::ints({0, 17, 500, 1000}), {2, 1.0F});
  Tensor alone = all.rows(17, 500).clone();
  rotary_inplace(alone, table, test::ints({0, 483}), {2, 1.0F});
  EXPECT_TRUE(test::same_bits(alone, together.rows(17, 500)));
  test::expect_same_for_any_threads([&] {
    Tensor x = all.clone();
    rotary_inplace(x, table, test::ints({0, 17, 500, 1000}), {2, 1.0F});
    return x;
  });
}

TEST(Rotary, RefusesAShortTable) {
  const RotaryTable table = rotary_table(frequencies(4), 9);
  Tensor x = test::random({10, 8}, 1);
  EXPECT_THROW(rotary_inplace(x, table, test::ints({0, 10}), {1, 1.0F}), Error);
  EXPECT_THROW(rotary_inplace(x, table, test::ints({0, 5, 10}), {2, 1.0F}), Error);
  rotary_inplace(x, table, test::ints({0, 5, 10}), {1, 1.0F});
}

}  // namespace
}  // namespace groel::ops
