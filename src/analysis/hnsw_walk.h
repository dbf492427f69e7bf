// A walk through the search graph towards one vector: shared by searching and building.
#pragma once

#include <algorithm>

#include "analysis/hnsw.h"

namespace groel::analysis {

struct Candidate {
  float distance;  ///< -cos
  std::int32_t row;
  bool operator<(const Candidate& other) const {
    return distance != other.distance ? distance < other.distance : row < other.row;
  }
  bool operator>(const Candidate& other) const { return other < *this; }
};

/// Keeps the `most` nearest of what it is given, as a heap whose farthest is first. Returns whether it was taken.
bool keep_nearest(std::vector<Candidate>& best, const Candidate& found, std::size_t most);

/// Nothing of the graph is trusted. Errors: bad_input when it is damaged.
class Walk {
 public:
  Walk(const UnitRows& data, const HnswView& graph, std::span<const float> query)
      : data_(data), graph_(graph), query_(query) {}

  /// The row where searches begin.
  Candidate entry() const { return look(checked(graph_.entry)); }
  /// The row of this level from which no neighbour is nearer.
  Candidate descend(Candidate best, std::size_t level) const;
  /// The nearest rows of this level that are reached from `start`, nearest first.
  std::vector<Candidate> spread(const Candidate& start, std::size_t ef, std::size_t level);
  /// Down all levels, then spread.
  std::vector<Candidate> run(std::size_t ef);

 private:
  std::int32_t checked(std::int64_t row) const {
    if (row < 0 || row >= data_.rows) damaged();
    return static_cast<std::int32_t>(row);
  }
  [[noreturn]] static void damaged();
  Candidate look(std::int32_t row) const;
  std::span<const std::int32_t> neighbours(std::int32_t row, std::size_t level) const;
  const std::vector<std::int32_t>& unvisited(std::int32_t from, std::size_t level);

  const UnitRows& data_;
  const HnswView& graph_;
  std::span<const float> query_;
  std::vector<bool> visited_;
  std::vector<std::int32_t> fresh_;
};

}  // namespace groel::analysis
