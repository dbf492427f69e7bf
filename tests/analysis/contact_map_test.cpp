// Distances, contacts and precision, compared with values computed by hand.
#include "analysis/contact_map.h"

#include <gtest/gtest.h>

#include <cmath>

namespace groel::analysis {
namespace {

Sites line(const std::vector<double>& x) {
  Sites out;
  for (const double value : x)
    out.push_back(std::isnan(value) ? std::nullopt : std::optional(std::array<double, 3>{value, 0, 0}));
  return out;
}

TEST(ContactMap, DistancesBetweenTwoChains) {
  const Sites a{std::array<double, 3>{0, 0, 0}, std::nullopt};
  const Sites b{std::array<double, 3>{3, 4, 0}, std::array<double, 3>{0, 0, 8}, std::array<double, 3>{1, 2, 2}};
  const DistanceMap map = distances(a, b);
  EXPECT_EQ(map.rows, 2);
  EXPECT_EQ(map.columns, 3);
  EXPECT_FLOAT_EQ(map.at(0, 0), 5);
  EXPECT_FLOAT_EQ(map.at(0, 2), 3);
  EXPECT_TRUE(std::isnan(map.at(1, 0)));
  const auto touching = contacts(map, 8);
  EXPECT_EQ(touching[0], 1);
  EXPECT_EQ(touching[1], 0);  // exactly 8 Å is none
  EXPECT_TRUE(std::isnan(touching[3]));
}

// 30 residues far apart, but for the pairs given, which sit on one another.
struct Case {
  std::vector<float> probabilities = std::vector<float>(900, 0.0F);
  DistanceMap truth{30, 30, std::vector<float>(900, 20.0F)};

  void predict(int i, int j, float probability) { probabilities[static_cast<std::size_t>(i * 30 + j)] = probability; }
  void touch(int i, int j, float distance = 1) { truth.values[static_cast<std::size_t>(i * 30 + j)] = distance; }
};

const ContactPrecision& at(const std::vector<ContactPrecision>& all, const std::string& range, int divisor) {
  for (const ContactPrecision& one : all)
    if (one.range == range && one.divisor == divisor) return one;
  throw std::runtime_error("none");
}

TEST(ContactPrecision, RangesAndCounts) {
  Case c;
  c.touch(0, 5);   // too near along the chain to count
  c.touch(0, 6);   // short
  c.touch(0, 11);  // short, too
  c.touch(0, 12);  // medium
  c.touch(0, 23);  // medium
  c.touch(0, 24);  // long
  c.touch(0, 29);  // long
  c.predict(0, 5, 0.99F);
  c.predict(0, 6, 0.9F);
  c.predict(0, 12, 0.8F);
  c.predict(3, 20, 0.7F);  // wrong
  c.predict(0, 29, 0.6F);
  const auto all = contact_precision(c.probabilities, c.truth, 8);
  ASSERT_EQ(all.size(), 9U);
  EXPECT_EQ(at(all, "short", 1).contacts, 2);
  EXPECT_EQ(at(all, "medium", 1).contacts, 2);
  EXPECT_EQ(at(all, "long", 1).contacts, 2);
  // 24 + 23 + … + 19 pairs, 18 + … + 7, 6 + … + 1
  EXPECT_EQ(at(all, "short", 1).considered, 129);
  EXPECT_EQ(at(all, "medium", 1).considered, 150);
  EXPECT_EQ(at(all, "long", 1).considered, 21);
  EXPECT_EQ(at(all, "short", 1).pairs, 30);
  EXPECT_EQ(at(all, "short", 2).pairs, 15);
  EXPECT_EQ(at(all, "short", 5).pairs, 6);
  EXPECT_EQ(at(all, "long", 1).pairs, 21);  // no more there are
  EXPECT_EQ(at(all, "long", 1).hits, 2);
  EXPECT_EQ(at(all, "medium", 5).hits, 1);  // 0-12, 3-20, and of equal ones the first: 0-13 … 0-16
}

TEST(ContactPrecision, TheLikeliestCount) {
  Case c;
  for (int i = 0; i < 6; ++i) {
    c.predict(i, i + 24, 0.9F - 0.1F * static_cast<float>(i));
    if (i != 1 && i != 4) c.touch(i, i + 24);
  }
  const auto all = contact_precision(c.probabilities, c.truth, 8);
  EXPECT_EQ(at(all, "long", 5).pairs, 6);
  EXPECT_EQ(at(all, "long", 5).hits, 4);
  EXPECT_DOUBLE_EQ(at(all, "long", 5).value(), 4.0 / 6);
}

TEST(ContactPrecision, UnseenResiduesAreLeftOut) {
  Case c;
  for (int j = 0; j < 30; ++j) c.touch(0, j, NAN);
  c.predict(0, 24, 0.9F);
  c.predict(1, 25, 0.8F);
  c.touch(1, 25);
  const auto all = contact_precision(c.probabilities, c.truth, 8);
  EXPECT_EQ(at(all, "long", 1).considered, 15);
  EXPECT_EQ(at(all, "long", 5).hits, 1);
}

TEST(ContactPrecision, NoPairsNoPrecision) {
  const Sites sites = line({0, 1, 2, 3, 4, 5, 6});
  const auto all = contact_precision(std::vector<float>(49, 0.5F), distances(sites, sites), 8);
  EXPECT_EQ(at(all, "short", 5).pairs, 1);
  EXPECT_DOUBLE_EQ(at(all, "short", 5).value(), 1);
  EXPECT_TRUE(std::isnan(at(all, "long", 1).value()));
}

}  // namespace
}  // namespace groel::analysis
