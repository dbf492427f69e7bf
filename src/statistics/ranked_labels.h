// Labels in the order of their scores, sorted once: average precision of many resamples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/ranking.h"

namespace groel::statistics {

class RankedLabels {
 public:
  /// `truth` (1 for positives) and `scores` are [rows, columns]. Errors: as statistics::average_precision.
  RankedLabels(Labels truth, Scores scores, std::size_t columns);
  /// Of all labels together, row r counting times[r] times: what statistics::average_precision gives for such rows.
  double average_precision(std::span<const std::uint32_t> times) const;

 private:
  struct Entry {
    std::uint32_t row;
    bool is_true;
    bool closes;  ///< the last of those with the same score
  };
  std::vector<Entry> entries_;  // from the highest score
};

}  // namespace groel::statistics
