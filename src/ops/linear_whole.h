// Products of whole numbers: rows of x rounded to 0..255, each with a step and a least value of its own.
#pragma once

#include "ops/linear_impl.h"

namespace groel::ops::cpu {

/// What a row's whole numbers mean: value = least + step * number. NaN where the row has a value that is not finite.
struct WholeRow {
  float step;
  float least;
};

/// Rows [begin, end) of x as contiguous rows of whole numbers, of type `tile.to` (u8, or f32), followed by zeros up to
/// `padded`; what they mean goes to `meaning`, one for each of `padded`.
void whole_rows(const Tensor& x, const InputTile& tile, std::byte* out, WholeRow* meaning);

/// A row as whole numbers from -127 to 127 -> its scale: its largest magnitude / 127; 0 for a row of zeros.
float to_whole_row(const float* row, std::int64_t in, std::int8_t* numbers);

/// A tile's product of whole numbers.
struct WholeTile {
  DType summed;  ///< of the product: i32, or f32
  std::int64_t rows;
  std::int64_t columns;
  const WholeRow* meaning;  ///< of x's rows
  const float* scales;      ///< of the weight's columns
  const float* sums;        ///< of the numbers in each of them, times its scale
};
/// product [rows, columns] -> what the product of the values is, in f32, in place.
void value_of_whole(const WholeTile& tile, void* product);

}  // namespace groel::ops::cpu
