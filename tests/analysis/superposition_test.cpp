// Superpositions, TM-score, GDT and lDDT against what can be worked out by hand.
#include "analysis/superposition.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/lddt.h"

namespace groel::analysis {
namespace {

// A helix of so many residues.
std::vector<Coordinates> helix(int count) {
  std::vector<Coordinates> out;
  for (int i = 0; i < count; ++i) out.push_back({2.3 * std::cos(1.745 * i), 2.3 * std::sin(1.745 * i), 1.5 * i});
  return out;
}

std::vector<Coordinates> moved(const std::vector<Coordinates>& x) {
  Superposition by;
  const double c = std::cos(0.7), s = std::sin(0.7);
  by.rotation = {c, -s, 0, s, c, 0, 0, 0, 1};
  by.shift = {10, -20, 5};
  std::vector<Coordinates> out;
  for (const Coordinates& one : x) out.push_back(by(one));
  return out;
}

TEST(Superposition, FindsAMotion) {
  const auto x = helix(12), y = moved(x);
  const Superposition found = superpose(x, y);
  EXPECT_NEAR(rmsd(x, y, found), 0, 1e-9);
  EXPECT_NEAR(found.rotation[1], -std::sin(0.7), 1e-9);
  EXPECT_NEAR(found.shift[1], -20, 1e-9);
}

TEST(Superposition, OneOfTwoPairsIsHalfWay) {
  // Two points 2 Å apart on two points 4 Å apart, along one line: each end is off by 1 Å.
  const std::vector<Coordinates> a{{0, 0, 0}, {2, 0, 0}}, b{{0, 0, 0}, {4, 0, 0}};
  EXPECT_NEAR(rmsd(a, b, superpose(a, b)), 1, 1e-9);
}

TEST(Superposition, AMirrorImageIsNoMotion) {
  const auto x = helix(12);
  auto y = x;
  for (Coordinates& one : y) one[0] = -one[0];
  EXPECT_GT(rmsd(x, y, superpose(x, y)), 1);
}

TEST(Similarity, OfEqualStructuresIsOne) {
  const auto x = helix(30);
  const Similarity found = similarity(x, moved(x), 30);
  EXPECT_NEAR(found.tm_score, 1, 1e-9);
  EXPECT_NEAR(found.gdt_ts, 1, 1e-9);
  EXPECT_NEAR(found.gdt_ha, 1, 1e-9);
  // Against a reference of twice as many residues half of it.
  EXPECT_NEAR(similarity(x, moved(x), 60).gdt_ts, 0.5, 1e-9);
}

// Of 20 residues one is 3 Å off: the others lie on one another, and a residue at the distance d0 would count half.
TEST(Similarity, OneResidueAway) {
  const auto x = helix(20);
  auto y = x;
  y[7][2] += 3;
  const Similarity found = similarity(y, x, 20);
  EXPECT_EQ(tm_distance(20), 0.5);
  EXPECT_NEAR(found.tm_score, (19 + 1 / (1 + 36.0)) / 20, 1e-3);
  EXPECT_NEAR(found.gdt_ts, (19.0 / 20 + 19.0 / 20 + 1 + 1) / 4, 1e-9);
  EXPECT_NEAR(found.gdt_ha, (3 * 19.0 / 20 + 1) / 4, 1e-9);
}

// Two halves that turned against one another: the best superposition is that of the longer one.
TEST(Similarity, FindsTheLongerDomain) {
  const auto x = helix(60);
  auto y = moved(x);
  for (int i = 0; i < 20; ++i) y[static_cast<std::size_t>(i)] = {100.0 + 3.8 * i, 0, 0};
  const Similarity found = similarity(x, y, 60);
  EXPECT_NEAR(found.gdt_ts, 40.0 / 60, 0.02);
  EXPECT_GT(found.tm_score, 40.0 / 60 - 1e-9);
  EXPECT_LT(found.tm_score, 40.0 / 60 + 0.02);
}

TEST(Similarity, TheDistanceThatCountsHalf) {
  EXPECT_NEAR(tm_distance(100), 1.24 * std::cbrt(85.0) - 1.8, 1e-12);
  EXPECT_EQ(tm_distance(10), 0.5);
}

TEST(Lddt, OfEqualStructuresIsOne) {
  std::vector<LddtAtom> atoms;
  const auto x = helix(10), y = moved(x);
  for (int i = 0; i < 10; ++i) atoms.push_back({y[static_cast<std::size_t>(i)], x[static_cast<std::size_t>(i)], i});
  EXPECT_NEAR(lddt(atoms, 10).all, 1, 1e-12);
}

// Three atoms 5 Å apart on a line; the last is 1.5 Å too far: of three distances two are off by 1.5 Å, which two of
// four thresholds let pass.
TEST(Lddt, ByHand) {
  const std::vector<LddtAtom> atoms{
      {{0, 0, 0}, {0, 0, 0}, 0}, {{5, 0, 0}, {5, 0, 0}, 1}, {{11.5, 0, 0}, {10, 0, 0}, 2}};
  const Lddt found = lddt(atoms, 3);
  EXPECT_NEAR(found.all, (1 + 0.5 + 0.5) / 3, 1e-12);
  EXPECT_NEAR(found.residues[0], (1 + 0.5) / 2, 1e-12);
  EXPECT_NEAR(found.residues[2], 0.5, 1e-12);
}

TEST(Lddt, LeavesOutItsOwnResidueAndWhatIsFar) {
  const std::vector<LddtAtom> atoms{{{0, 0, 0}, {0, 0, 0}, 0}, {{9, 0, 0}, {1, 0, 0}, 0}, {{20, 0, 0}, {20, 0, 0}, 1}};
  const Lddt found = lddt(atoms, 3);
  EXPECT_TRUE(std::isnan(found.all));
  EXPECT_TRUE(std::isnan(found.residues[2]));
}

}  // namespace
}  // namespace groel::analysis
