// Sparse rows out of dense ones, and turned into columns.
#include "analysis/sparse_rows.h"

#include "base/error.h"

namespace groel::analysis {

SparseRows dense_rows(std::span<const double> values, std::int64_t width) {
  GROEL_REQUIRE(width > 0 && values.size() % static_cast<std::size_t>(width) == 0);
  SparseRows out{width, {0}, {}, {values.begin(), values.end()}};
  const auto rows = static_cast<std::int64_t>(values.size()) / width;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < width; ++column) out.columns.push_back(static_cast<std::int32_t>(column));
    out.starts.push_back(out.entries());
  }
  return out;
}

SparseRows transposed(const SparseRows& rows) {
  const auto entries = static_cast<std::size_t>(rows.entries());
  SparseRows out{rows.rows(), std::vector<std::int64_t>(static_cast<std::size_t>(rows.width) + 1),
                 std::vector<std::int32_t>(entries), std::vector<double>(entries)};
  for (const std::int32_t column : rows.columns) ++out.starts[static_cast<std::size_t>(column) + 1];
  for (std::size_t column = 1; column < out.starts.size(); ++column) out.starts[column] += out.starts[column - 1];
  std::vector<std::int64_t> next = out.starts;
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    const auto first = static_cast<std::size_t>(rows.starts[static_cast<std::size_t>(row)]);
    const auto last = static_cast<std::size_t>(rows.starts[static_cast<std::size_t>(row) + 1]);
    for (std::size_t entry = first; entry < last; ++entry) {
      const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(rows.columns[entry])]++);
      out.columns[at] = static_cast<std::int32_t>(row);
      out.values[at] = rows.values[entry];
    }
  }
  return out;
}

}  // namespace groel::analysis
