// Blocks of numbers with rows and columns exchanged, for kernels that have no vectors of Highway's.
#pragma once

#include <cstdint>

namespace groel::ops::cpu {

/// from [rows, columns] and to [columns, rows] of 4-byte numbers; rows are so many numbers apart.
struct TransposedBlock {
  const float* from;
  std::int64_t from_stride;
  float* to;
  std::int64_t to_stride;
  std::int64_t rows;
  std::int64_t columns;
};
void transpose_block(const TransposedBlock& block);

}  // namespace groel::ops::cpu
