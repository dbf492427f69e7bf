// Square grids of pairs: row i*N + j of [N*N, C] is the pair (i, j). Columns of the grid as rows, and back; products of
// the planes of channels; blocks of a matrix that become pairs.
#pragma once

#include "ops/linear.h"
#include "tensor/tensor.h"

namespace groel::ops {

/// Columns [begin, end) of a grid of n x n.
struct GridColumns {
  std::int64_t n;
  std::int64_t begin;
  std::int64_t end;
};

/// z [n*n, C] f32, contiguous -> [(end - begin) * n, C]: the pairs (k, begin), all k, then those of the next column.
Tensor take_columns(const Tensor& z, const GridColumns& columns);
/// x as take_columns gives it, is added to those pairs of z.
void add_columns(const Tensor& x, const GridColumns& columns, Tensor& z);

/// a and b [C, n*n] f32 (rows may be strided): a plane for each channel. a[c] becomes a[c] b[c]ᵀ, that is Σ_k a[i, k]
/// b[j, k], in that precision. A plane depends on the planes of its channel alone, and is bitwise the same for any
/// number of threads.
void multiply_planes(Tensor& a, const Tensor& b, std::int64_t n, Precision precision);

/// Blocks of a matrix: rows are taken `rows` at a time, columns `columns` at a time.
struct Blocks {
  std::int64_t rows;
  std::int64_t columns;
};
/// x [A*rows, B*columns] f32, contiguous -> [A*B, rows*columns]: each block in a row, as it is read.
Tensor blocks_as_rows(const Tensor& x, const Blocks& blocks);

namespace reference {
Tensor take_columns(const Tensor& z, const GridColumns& columns);
void add_columns(const Tensor& x, const GridColumns& columns, Tensor& z);
void multiply_planes(Tensor& a, const Tensor& b, std::int64_t n);
Tensor blocks_as_rows(const Tensor& x, const Blocks& blocks);
}  // namespace reference

}  // namespace groel::ops
