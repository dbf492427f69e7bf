// Philox against the published vectors of Random123.
#include "base/random.h"

#include <gtest/gtest.h>

#include <vector>

namespace groel {
namespace {

using Words = std::array<std::uint32_t, 4>;

TEST(Random, PhiloxIsThePublishedOne) {
  EXPECT_EQ(philox(0, 0, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox(~0ULL, ~0ULL, ~0ULL), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox(0x299f31d0'a4093822ULL, 0x85a308d3'243f6a88ULL, 0x03707344'13198a2eULL),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, RangesAreKept) {
  EXPECT_EQ(unit_float(~0U), 1.0F - 0x1p-24F);
  EXPECT_LT(unit_double(~0U), 1.0);
  EXPECT_EQ(index_below(~0U, 20), 19U);
  EXPECT_EQ(index_below(0, 20), 0U);
}

TEST(Random, IndicesAreUniform) {
  std::vector<int> counts(20);
  for (std::uint64_t i = 0; i < 20'000; ++i) ++counts[index_below(philox(7, i)[0], 20)];
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(Random, KeysDiffer) {
  EXPECT_NE(derive_key(1, 2, 3), derive_key(1, 2, 4));
  EXPECT_NE(derive_key(1, 2, 3), derive_key(1, 3, 3));
  EXPECT_NE(derive_key(1, 2, 3), derive_key(2, 2, 3));
}

}  // namespace
}  // namespace groel
