// Computes distances and contacts of residues, and the precision of predicted contacts.
#include "analysis/contact_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace groel::analysis {
namespace {

struct Range {
  const char* name;
  std::int64_t low, high;  // separations, both included
};
constexpr Range kRanges[] = {
    {"short", kShortestRange, 11}, {"medium", 12, 23}, {"long", 24, std::numeric_limits<std::int64_t>::max()}};

struct Pair {
  float probability;
  bool touches;
};

std::vector<Pair> pairs_of(const Range& range, std::span<const float> probabilities, const DistanceMap& truth,
                           double cutoff) {
  std::vector<Pair> out;
  for (std::int64_t i = 0; i < truth.rows; ++i)
    for (std::int64_t j = i + range.low; j < truth.columns && j - i <= range.high; ++j) {
      const float distance = truth.at(i, j);
      if (!std::isnan(distance))
        out.push_back({probabilities[static_cast<std::size_t>(i * truth.columns + j)], distance < cutoff});
    }
  return out;
}

}  // namespace

DistanceMap distances(const Sites& a, const Sites& b) {
  DistanceMap out{static_cast<std::int64_t>(a.size()), static_cast<std::int64_t>(b.size()), {}};
  out.values.reserve(a.size() * b.size());
  for (const auto& p : a)
    for (const auto& q : b)
      out.values.push_back(p && q
                               ? static_cast<float>(std::hypot((*p)[0] - (*q)[0], (*p)[1] - (*q)[1], (*p)[2] - (*q)[2]))
                               : std::numeric_limits<float>::quiet_NaN());
  return out;
}

std::vector<float> contacts(const DistanceMap& map, double cutoff) {
  std::vector<float> out = map.values;
  for (float& value : out)
    if (!std::isnan(value)) value = value < cutoff ? 1.0F : 0.0F;
  return out;
}

std::vector<ContactPrecision> contact_precision(std::span<const float> probabilities, const DistanceMap& truth,
                                                double cutoff) {
  GROEL_REQUIRE(truth.rows == truth.columns && probabilities.size() == truth.values.size());
  std::vector<ContactPrecision> out;
  for (const Range& range : kRanges) {
    std::vector<Pair> pairs = pairs_of(range, probabilities, truth, cutoff);
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const Pair& a, const Pair& b) { return a.probability > b.probability; });
    const auto hits_of = [&](std::int64_t count) {
      return static_cast<std::int64_t>(
          std::count_if(pairs.begin(), pairs.begin() + count, [](const Pair& pair) { return pair.touches; }));
    };
    const auto considered = static_cast<std::int64_t>(pairs.size());
    for (const std::int64_t divisor : {1, 2, 5}) {
      const std::int64_t count = std::min(std::max<std::int64_t>(truth.rows / divisor, 1), considered);
      out.push_back({range.name, divisor, count, hits_of(count), hits_of(considered), considered});
    }
  }
  return out;
}

}  // namespace groel::analysis
