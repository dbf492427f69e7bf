// Drawn pairs are new, of one species, and as many of a protein as it has pairs.
#include "interactions/negatives.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/errors.h"

namespace groel::interactions {
namespace {

using groel::testing::error_of;

// A hub that 30 proteins interact with, and 60 pairs of others, in two species.
PairTable hub_network() {
  PairTable out;
  out.labels = {"interacts"};
  for (int i = 0; i < 200; ++i) out.proteins.push_back((i < 100 ? "1.P" : "2.P") + std::to_string(i));
  for (std::uint32_t i = 1; i <= 30; ++i) out.pairs.push_back({0, i, 1});
  for (std::uint32_t i = 0; i < 30; ++i) out.pairs.push_back({31 + i, 62 + i, 1});
  for (std::uint32_t i = 0; i < 30; ++i) out.pairs.push_back({100 + i, 140 + i, 1});
  return out;
}

TEST(Negatives, AreNewPairsOfOneSpecies) {
  PairTable table = hub_network();
  EXPECT_EQ(add_negatives(table, {2, 7}), 180);
  ASSERT_EQ(table.pairs.size(), 270U);
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
  std::map<std::uint32_t, int> negatives_of;
  for (std::size_t i = 0; i < table.pairs.size(); ++i) {
    const Pair& pair = table.pairs[i];
    EXPECT_TRUE(seen.insert(std::minmax(pair.first, pair.second)).second) << i;
    EXPECT_NE(pair.first, pair.second);
    EXPECT_EQ(species_of(table.proteins[pair.first]), species_of(table.proteins[pair.second]));
    EXPECT_EQ(table.has(i, 0), i < 90);
    if (i < 90) continue;
    ++negatives_of[pair.first];
    ++negatives_of[pair.second];
  }
  EXPECT_GT(negatives_of[0], 20);  // the hub is in a third of the pairs of its species that are drawn
  PairTable again = hub_network(), other = hub_network();
  add_negatives(again, {2, 7});
  add_negatives(other, {2, 8});
  EXPECT_EQ(again.pairs.back().first, table.pairs.back().first);
  EXPECT_FALSE(std::ranges::equal(other.pairs, table.pairs, [](const Pair& a, const Pair& b) {
    return a.first == b.first && a.second == b.second;
  }));
}

TEST(Negatives, AreFewerWherePairsRunOut) {
  PairTable table;
  table.labels = {"interacts"};
  table.proteins = {"A", "B", "C"};
  table.pairs = {{0, 1, 1}, {1, 2, 1}};
  EXPECT_EQ(add_negatives(table, {5, 1}), 1);  // A with C
}

TEST(Negatives, WantAPlainTable) {
  PairTable kinds = hub_network(), has_some = hub_network(), plain = hub_network();
  kinds.labels = {"binding", "reaction"};
  has_some.pairs[3].labels = 0;
  EXPECT_EQ(error_of([&] { add_negatives(kinds, {}); }).kind(), ErrorKind::bad_input);
  EXPECT_EQ(error_of([&] { add_negatives(has_some, {}); }).kind(), ErrorKind::bad_input);
  EXPECT_EQ(error_of([&] { add_negatives(plain, {0, 1}); }).kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace groel::interactions
