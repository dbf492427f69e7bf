// DSSP's areas of spheres, by hand. (Those of proteins are golden cases of AlphaFold 3's confidences.)
#include "analysis/solvent_dssp.h"

#include <gtest/gtest.h>

#include <numbers>

namespace groel::analysis {
namespace {

TEST(SolventDssp, AnAtomByItselfIsFree) {
  const std::vector<DsspAtom> atoms{{{0, 0, 0}, dssp_radius("CA"), 0}, {{0, 0, 99}, dssp_radius("OG"), 1}};
  const auto areas = dssp_solvent_areas(atoms, 2);
  EXPECT_NEAR(areas[0], 4 * std::numbers::pi * 3.27 * 3.27, 1e-3);
  EXPECT_NEAR(areas[1], 4 * std::numbers::pi * 3.2 * 3.2, 1e-3);
}

TEST(SolventDssp, BackboneAtomsHaveRadiiOfTheirOwn) {
  EXPECT_EQ(dssp_radius("N"), 1.65F);
  EXPECT_EQ(dssp_radius("C"), 1.76F);
  EXPECT_EQ(dssp_radius("O"), 1.4F);
  EXPECT_EQ(dssp_radius("OXT"), 1.8F);
}

TEST(SolventDssp, AtomsInOnePlaceDoNotCoverEachOther) {
  const std::vector<DsspAtom> together{{{0, 0, 0}, 1.8F, 0}, {{0, 0, 0.005F}, 1.8F, 1}};
  const std::vector<DsspAtom> near{{{0, 0, 0}, 1.8F, 0}, {{0, 0, 0.1F}, 1.8F, 1}};
  EXPECT_NEAR(dssp_solvent_areas(together, 2)[0], 4 * std::numbers::pi * 3.2 * 3.2, 1e-3);
  EXPECT_LT(dssp_solvent_areas(near, 2)[0], 2.2 * std::numbers::pi * 3.2 * 3.2);
}

TEST(SolventDssp, PlacesFarOutAreLookedAtToo) {
  const std::vector<DsspAtom> atoms{{{3e38F, 0, 0}, 1.8F, 0}, {{-3e38F, 0, 0}, 1.8F, 0}};
  EXPECT_GT(dssp_solvent_areas(atoms, 1)[0], 0);
}

}  // namespace
}  // namespace groel::analysis
