// The product of a sparse row and a matrix: most of the time of a linear model is spent in it.
#pragma once

#include <cstdint>

namespace groel::analysis {

/// Rows of matrices for `sparse_product` have a multiple of this many numbers.
inline constexpr std::int64_t kRowStep = 8;

struct SparseRow {
  const std::int32_t* columns = nullptr;
  const double* values = nullptr;
  std::int64_t entries = 0;
};

/// out [stride] += Σ values[e] matrix[columns[e], :], of a matrix [.., stride]. Every number of `out` is summed in the
/// order of the entries.
void add_sparse_product(const SparseRow& row, const double* matrix, std::int64_t stride, double* out) noexcept;

}  // namespace groel::analysis
