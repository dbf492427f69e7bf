// Rows of features of which most are 0: only the others are kept.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace groel::analysis {

/// Row r has the entries [starts[r], starts[r + 1]) of `columns` and `values`.
struct SparseRows {
  std::int64_t width = 0;
  std::vector<std::int64_t> starts{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values;

  std::int64_t rows() const { return static_cast<std::int64_t>(starts.size()) - 1; }
  std::int64_t entries() const { return static_cast<std::int64_t>(columns.size()); }
};

/// Every number of `values` [rows, width], zeros too.
SparseRows dense_rows(std::span<const double> values, std::int64_t width);

/// Columns become rows; entries of a row stay in order.
SparseRows transposed(const SparseRows& rows);

}  // namespace groel::analysis
