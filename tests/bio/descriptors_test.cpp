// Descriptors against values that modlAMP and Biopython publish in their own tests, and against formulas worked by
// hand.
#include "bio/descriptors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "bio/blosum62.h"

namespace groel::bio {
namespace {

double value(std::string_view sequence, std::string_view name) {
  const auto at = std::find(kDescriptorNames.begin(), kDescriptorNames.end(), name) - kDescriptorNames.begin();
  return descriptors(sequence).at(static_cast<std::size_t>(at));
}

// modlAMP's tests/test_descriptors.py and documentation, to the digits given there.
TEST(Descriptors, AreModlampsPublishedValues) {
  constexpr std::string_view kPeptide = "GLFDIVKKVVGALG";
  EXPECT_NEAR(value(kPeptide, "charge"), 0.996, 5e-4);
  EXPECT_NEAR(value(kPeptide, "isoelectric_point"), 9.840, 5e-4);
  EXPECT_NEAR(value(kPeptide, "aliphatic_index"), 152.857, 5e-4);
  EXPECT_NEAR(value(kPeptide, "boman_index"), -1.0479, 5e-5);
  EXPECT_NEAR(value("GLFDIVKKVVGALGSL", "hydrophobic_moment"), 0.48790226, 5e-9);
}

// Biopython's Tests/test_ProtParam.py.
TEST(Descriptors, AreBiopythonsPublishedValues) {
  const std::string protein =
      "MAEGEITTFTALTEKFNLPPGNYKKPKLLYCSNGGHFLRILPDGTVDGTRDRSDQHIQLQLSAESVGEVYIKSTETGQYLAMDTSGLLYGSQTPSEECLFLERLE"
      "ENHYNTYTSKKHAEKNWFVGLKKNGSCKRGPRTHYGQKAILFLPLPV";
  EXPECT_EQ(value(protein, "length"), 152);
  EXPECT_NEAR(value(protein, "molecular_weight"), 17103.16, 0.1);  // water is 18.0153 there
  EXPECT_NEAR(value(protein, "aromaticity"), 0.0987, 5e-5);
  EXPECT_NEAR(value(protein, "instability_index"), 41.98, 5e-3);
}

TEST(Descriptors, FollowTheirFormulas) {
  EXPECT_NEAR(value("GG", "molecular_weight"), 2 * 75.067 - 18.015, 1e-9);
  EXPECT_NEAR(value("AVIL", "aliphatic_index"), 100 * (1 + 2.9 + 3.9 * 2) / 4, 1e-9);
  EXPECT_NEAR(value("AVKDCW", "hydrophobic_ratio"), 3.0 / 6, 1e-12);
  EXPECT_NEAR(value("WWC", "instability_index"), 10.0 / 3 * (1 + 1), 1e-12);
  EXPECT_NEAR(value("HH", "instability_index"), 10.0 / 2, 1e-12);
  // Two residues 100 degrees apart.
  const double turn = 100 * std::acos(-1.0) / 180;
  EXPECT_NEAR(value("IR", "hydrophobic_moment"), std::hypot(1.4 - 2.5 * std::cos(turn), 2.5 * std::sin(turn)) / 2,
              1e-12);
  const double pk = 10.67;
  EXPECT_NEAR(value("K", "charge"),
              1 / (1 + std::pow(10, 7 - pk)) + 1 / (1 + std::pow(10, 7 - 9.38)) - 1 / (1 + std::pow(10, 2.15 - 7)),
              1e-12);
}

TEST(Descriptors, ALongProteinHasTheMomentOfItsBestThousandResidues) {
  const std::string plain(3000, 'A');
  std::string stretch;
  for (int i = 0; i < 1000; ++i) stretch += std::cos(100 * std::acos(-1.0) / 180 * i) > 0 ? 'L' : 'K';
  EXPECT_GT(value(stretch, "hydrophobic_moment"), 0.5);
  EXPECT_NEAR(value(plain + stretch + plain, "hydrophobic_moment"), value(stretch, "hydrophobic_moment"), 0.01);
  EXPECT_LT(value(plain, "hydrophobic_moment"), 0.01);
}

TEST(Descriptors, UnknownResiduesCountInTheLengthAlone) {
  const auto known = descriptors("GLFDIVKKVVGALG");
  auto some = descriptors("GLFDIVKKVVGALGXBZ");
  EXPECT_EQ(some[0], 17);
  for (std::size_t i = 1; i + 1 < kDescriptors; ++i) EXPECT_EQ(some[i], known[i]) << kDescriptorNames[i];
  EXPECT_NEAR(some.back(), known.back() * 14 / 17, 1e-12);  // they keep their place in the helix
  EXPECT_EQ(descriptors("glfdivkkvvgalg"), known);
  EXPECT_EQ(descriptors("GLFDIV-KKVVGALG*"), known);
  EXPECT_NE(value("GXG", "instability_index"), value("GG", "instability_index"));  // no neighbours any more
  const std::array<double, kDescriptors> none{3};
  EXPECT_EQ(descriptors("XXX"), none);
  EXPECT_EQ(descriptors(""), (std::array<double, kDescriptors>{}));
}

TEST(Blosum62, IsSymmetricWithItsKnownCorners) {
  const auto pair = [](char a, char b) { return int{kBlosum62[kBlosumLetters.find(a)][kBlosumLetters.find(b)]}; };
  for (const char a : kBlosumLetters)
    for (const char b : kBlosumLetters) EXPECT_EQ(pair(a, b), pair(b, a)) << a << b;
  EXPECT_EQ(pair('W', 'W'), 11);
  EXPECT_EQ(pair('C', 'C'), 9);
  EXPECT_EQ(pair('I', 'V'), 3);
  EXPECT_EQ(pair('D', 'L'), -4);
  EXPECT_EQ(pair('X', 'X'), -1);
  EXPECT_EQ(pair('B', 'N'), 3);
}

}  // namespace
}  // namespace groel::bio
