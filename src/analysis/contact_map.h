// Finds which residues touch in a structure, and how many of the predicted contacts do.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace groel::analysis {

/// The residues of a chain, in Å; none where a residue has no coordinates.
using Sites = std::vector<std::optional<std::array<double, 3>>>;

inline constexpr double kContactDistance = 8;      ///< Å between Cβ (glycine: Cα), exclusive
inline constexpr std::int64_t kShortestRange = 6;  ///< residues nearer along the chain are never counted

/// values [rows, columns] row-major, in Å; NaN where either residue has no coordinates.
struct DistanceMap {
  std::int64_t rows = 0, columns = 0;
  std::vector<float> values;

  float at(std::int64_t i, std::int64_t j) const { return values[static_cast<std::size_t>(i * columns + j)]; }
};
DistanceMap distances(const Sites& a, const Sites& b);

/// 1 where closer than `cutoff`, 0 where not, NaN where not known.
std::vector<float> contacts(const DistanceMap& map, double cutoff);

/// Of the likeliest L, L/2 or L/5 pairs of one range of separations, how many touch.
struct ContactPrecision {
  std::string range;        ///< "short" (6 to 11), "medium" (12 to 23), "long" (24 and more)
  std::int64_t divisor;     ///< 1, 2 or 5
  std::int64_t pairs;       ///< that were counted: fewer than L / divisor where there are no more
  std::int64_t hits;        ///< of them in contact
  std::int64_t contacts;    ///< of the structure in that range
  std::int64_t considered;  ///< pairs of that range whose residues both have coordinates

  double value() const { return static_cast<double>(hits) / static_cast<double>(pairs); }  ///< NaN without pairs
};

/// For each range and divisor; `probabilities` [L, L] symmetric, `truth` [L, L]. Pairs without coordinates are left
/// out; equal probabilities count in order of position. Rounded down, at least one pair.
std::vector<ContactPrecision> contact_precision(std::span<const float> probabilities, const DistanceMap& truth,
                                                double cutoff);

}  // namespace groel::analysis
