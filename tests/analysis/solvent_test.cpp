// Areas that water reaches: of spheres by hand, and of ubiquitin as DSSP has them.
#include "analysis/solvent.h"

#include <gtest/gtest.h>

#include <numbers>

namespace groel::analysis {
namespace {

constexpr double kCarbon = 4 * std::numbers::pi * (1.7 + 1.4) * (1.7 + 1.4);

TEST(Solvent, OneAtomIsFreeAllAround) {
  EXPECT_NEAR(solvent_areas({{{0, 0, 0}, 'C', 0}}, 1)[0], kCarbon, 1e-9);
  EXPECT_NEAR(solvent_areas({{{0, 0, 0}, '?', 0}}, 1)[0], kCarbon, 1e-9);  // counts as carbon
}

TEST(Solvent, TwoAtomsCoverACapOfOneAnother) {
  // Two spheres of radius R whose centres are d apart each lose a cap of the height R - d/2.
  const double radius = 3.1, apart = 2.0;
  const double expected = kCarbon - 2 * std::numbers::pi * radius * (radius - apart / 2);
  const auto areas = solvent_areas({{{0, 0, 0}, 'C', 0}, {{apart, 0, 0}, 'C', 1}}, 2);
  EXPECT_NEAR(areas[0], expected, 0.02 * kCarbon);
  EXPECT_NEAR(areas[1], expected, 0.02 * kCarbon);
}

TEST(Solvent, AnAtomInACageIsCovered) {
  std::vector<SolventAtom> atoms{{{0, 0, 0}, 'C', 0}};
  for (const double x : {-3.0, 0.0, 3.0})
    for (const double y : {-3.0, 0.0, 3.0})
      for (const double z : {-3.0, 0.0, 3.0})
        if (x != 0 || y != 0 || z != 0) atoms.push_back({{x, y, z}, 'C', 1});
  const auto areas = solvent_areas(atoms, 2);
  EXPECT_EQ(areas[0], 0);
  EXPECT_GT(areas[1], 0);
}

TEST(Solvent, AtomsFarApartAreFree) {
  const auto areas = solvent_areas({{{0, 0, 0}, 'C', 0}, {{6.3, 0, 0}, 'C', 0}}, 1);
  EXPECT_NEAR(areas[0], 2 * kCarbon, 1e-9);
}

TEST(Solvent, EveryResidueHasALargestArea) {
  EXPECT_EQ(largest_solvent_area('W'), 285);
  EXPECT_EQ(largest_solvent_area('X'), largest_solvent_area('A'));
}

}  // namespace
}  // namespace groel::analysis
