// Square grids of pairs: row i*N + j of [N*N, C] is the pair (i, j). Pairs in the order of the grid's columns, and
// back; products of the planes of channels; blocks of a matrix that become pairs.
#pragma once

#include "ops/linear.h"
#include "tensor/tensor.h"

namespace groel::ops {

/// Of a grid of n x n read column by column: pairs (0, 0), (1, 0), ..., (0, 1), ..., of which those at [begin, end).
struct ColumnPairs {
  std::int64_t n;
  std::int64_t begin;
  std::int64_t end;
};

/// z [n*n, C] f32, contiguous -> [end - begin, C]: those pairs.
Tensor take_columns(const Tensor& z, const ColumnPairs& pairs);
/// x as take_columns gives it, is added to those pairs of z.
void add_columns(const Tensor& x, const ColumnPairs& pairs, Tensor& z);

/// Of what type planes are wanted for products in that precision: what they would be rounded to anyway.
DType plane_type(Precision precision);
/// a and b [C, n*n] of that type (rows may be strided): a plane for each channel. product [C, n*n] f32 becomes a[c]
/// b[c]ᵀ, that is Σ_k a[i, k] b[j, k], in that precision. A plane depends on the planes of its channel alone, and is
/// bitwise the same for any number of threads. A plane of `product` may begin where that of `a` does, and reach over
/// that of b.
void multiply_planes(const Tensor& a, const Tensor& b, std::int64_t n, Precision precision, Tensor& product);

/// Blocks of a matrix: rows are taken `rows` at a time, columns `columns` at a time.
struct Blocks {
  std::int64_t rows;
  std::int64_t columns;
};
/// x [A*rows, B*columns] f32, contiguous -> [A*B, rows*columns]: each block in a row, as it is read.
Tensor blocks_as_rows(const Tensor& x, const Blocks& blocks);

namespace reference {
Tensor take_columns(const Tensor& z, const ColumnPairs& pairs);
void add_columns(const Tensor& x, const ColumnPairs& pairs, Tensor& z);
void multiply_planes(const Tensor& a, const Tensor& b, std::int64_t n, Tensor& product);
Tensor blocks_as_rows(const Tensor& x, const Blocks& blocks);
}  // namespace reference

}  // namespace groel::ops
