// Bins of distances.
#include "structure_models/distance_bins.h"

#include <algorithm>
#include <array>

namespace groel::structure_models {
namespace {

constexpr float kFirst = 3.25F, kLast = 50.75F;

// Squares of the lower ends, and an end that nothing reaches.
const std::array<float, kDistanceBinCount + 1>& ends() {
  static const auto all = [] {
    std::array<float, kDistanceBinCount + 1> out{};
    for (std::size_t i = 0; i < kDistanceBinCount; ++i) {
      const float end = kFirst + (kLast - kFirst) * static_cast<float>(i) / static_cast<float>(kDistanceBinCount - 1);
      out[i] = end * end;
    }
    out.back() = 1e8F;
    return out;
  }();
  return all;
}

}  // namespace

std::int32_t distance_bin(float square) {
  const auto& all = ends();
  const auto above = std::ranges::lower_bound(all, square);  // the first end that is not below
  if (above == all.begin() || above == all.end() || *above == square) return -1;
  return static_cast<std::int32_t>(above - all.begin()) - 1;
}

}  // namespace groel::structure_models
