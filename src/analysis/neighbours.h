// Finds the nearest vectors by comparing with all of them.
#pragma once

#include "analysis/vectors.h"

namespace groel::analysis {

struct Neighbour {
  std::int64_t row = 0;
  double distance = 0;  // Euclidean; of cosine 1 - cos
};

/// The order of answers: by distance, equal ones by row.
inline bool nearer(const Neighbour& a, const Neighbour& b) {
  return a.distance != b.distance ? a.distance < b.distance : a.row < b.row;
}

/// The `k` rows of `data` nearest to `query` [width], nearest first, equal ones by row. Vectors of cosine are to be
/// normalised.
std::vector<Neighbour> nearest_rows(const Vectors& data, std::span<const float> query, std::int64_t k, Metric metric);

/// For every row its `k` nearest others, on all threads. Errors: interrupted.
std::vector<std::vector<Neighbour>> nearest_others(const Vectors& data, std::int64_t k, Metric metric);

}  // namespace groel::analysis
