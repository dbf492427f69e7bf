// Distances of vectors: loops in eight lanes, which compilers turn into SIMD; blocks of 64 values are summed in f64.
#include "analysis/vectors.h"

#include <cmath>

namespace groel::analysis {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kRowsOfBlock = 64;

// Σ term(i) for i in [0, size): eight f32 lanes within a block, blocks in f64.
template <class Term>
double sum(std::size_t size, const Term& term) noexcept {
  double total = 0;
  std::size_t i = 0;
  for (; i + kRowsOfBlock <= size; i += kRowsOfBlock) {
    float lanes[kLanes] = {};
    for (std::size_t j = 0; j < kRowsOfBlock; j += kLanes)
      for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(i + j + lane);
    for (const float lane : lanes) total += static_cast<double>(lane);
  }
  for (; i < size; ++i) total += static_cast<double>(term(i));
  return total;
}

// In f64 where the squares leave f32's range.
double length_of(std::span<const float> values) noexcept {
  const double length = std::sqrt(dot(values, values));
  if (std::isfinite(length) && length > 1e-15) return length;
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(squares);
}

}  // namespace

double dot(std::span<const float> a, std::span<const float> b) noexcept {
  return sum(a.size(), [&](std::size_t i) { return a[i] * b[i]; });
}

double squared_distance(std::span<const float> a, std::span<const float> b) noexcept {
  return sum(a.size(), [&](std::size_t i) {
    const float difference = a[i] - b[i];
    return difference * difference;
  });
}

double cosine(std::span<const float> a, std::span<const float> b) noexcept {
  double product = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return product / std::sqrt(aa * bb);
}

Vectors normalised(Vectors x) {
  for (std::int64_t r = 0; r < x.rows; ++r) {
    const double length = length_of(x.row(r));
    if (length == 0) continue;
    for (std::int64_t c = 0; c < x.width; ++c) {
      float& value = x.values[static_cast<std::size_t>(r * x.width + c)];
      value = static_cast<float>(static_cast<double>(value) / length);
    }
  }
  return x;
}

}  // namespace groel::analysis
