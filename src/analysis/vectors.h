// Many vectors of one width, and distances between them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace groel::analysis {

/// values [rows, width] row-major.
struct Vectors {
  std::int64_t rows = 0, width = 0;
  std::vector<float> values;

  std::span<const float> row(std::int64_t i) const {
    return {values.data() + i * width, static_cast<std::size_t>(width)};
  }
};

enum class Metric { cosine, euclidean };

/// Every row divided by its Euclidean length; a row of zeros stays.
Vectors normalised(Vectors x);

double dot(std::span<const float> a, std::span<const float> b) noexcept;
/// Of the angle between them, summed in f64.
double cosine(std::span<const float> a, std::span<const float> b) noexcept;
/// Σ (a - b)².
double squared_distance(std::span<const float> a, std::span<const float> b) noexcept;

}  // namespace groel::analysis
