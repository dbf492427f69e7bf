// Finds the nearest vectors with a heap of the best so far.
#include "analysis/neighbours.h"

#include <algorithm>
#include <cmath>

#include "base/interrupt.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr std::int64_t kNone = -1;

double distance(std::span<const float> a, std::span<const float> b, Metric metric) {
  if (metric == Metric::euclidean) return std::sqrt(squared_distance(a, b));
  return std::max(0.0, 1 - dot(a, b));
}

std::vector<Neighbour> nearest(const Vectors& data, std::span<const float> query, std::int64_t k, Metric metric,
                               std::int64_t left_out) {
  std::vector<Neighbour> best;
  for (std::int64_t r = 0; r < data.rows; ++r) {
    if (r == left_out) continue;
    const Neighbour found{r, distance(query, data.row(r), metric)};
    if (static_cast<std::int64_t>(best.size()) < k) {
      best.push_back(found);
      std::push_heap(best.begin(), best.end(), nearer);
    } else if (k > 0 && nearer(found, best.front())) {
      std::pop_heap(best.begin(), best.end(), nearer);
      best.back() = found;
      std::push_heap(best.begin(), best.end(), nearer);
    }
  }
  std::sort_heap(best.begin(), best.end(), nearer);
  return best;
}

}  // namespace

std::vector<Neighbour> nearest_rows(const Vectors& data, std::span<const float> query, std::int64_t k, Metric metric) {
  return nearest(data, query, k, metric, kNone);
}

std::vector<std::vector<Neighbour>> nearest_others(const Vectors& data, std::int64_t k, Metric metric) {
  std::vector<std::vector<Neighbour>> out(static_cast<std::size_t>(data.rows));
  parallel_for(data.rows, [&](std::int64_t r) {
    check_interrupted();
    out[static_cast<std::size_t>(r)] = nearest(data, data.row(r), k, metric, r);
  });
  return out;
}

}  // namespace groel::analysis
