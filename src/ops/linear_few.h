// The product of very few rows with one panel of a weight: each weight is read once, as fast as memory gives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/dtype.h"

namespace groel::ops::cpu {

/// How a packed panel is laid out: [out / block, in / group, block, group]. (oneDNN's own layouts for vectors of that
/// many columns, one of which is found by trying.)
struct PanelLayout {
  std::int64_t in;
  std::int64_t out;
  std::int64_t block;  ///< columns side by side
  std::int64_t group;  ///< rows of the weight side by side: 2 in bf16, 1 in f32
  std::int64_t run;    ///< columns of x whose products are summed at a time; sums of runs are added up in order
  DType input;
};

/// Columns of the narrowest block that few_rows_f32 takes; others are multiples of it.
std::int64_t narrowest_few_rows_block();

/// Rows that are worth it: with more, a product in tiles is as fast.
inline constexpr std::int64_t kMostFewRows = 8;
/// The same of a weight that is kept narrower and would have to be widened for tiles.
inline constexpr std::int64_t kMostNarrowRows = 32;

/// x [rows, in] contiguous, of the input type -> y [rows, out] f32; each sum goes over a run in order.
void few_rows_f32(const PanelLayout& layout, std::int64_t rows, const float* x, const float* packed, float* y);
/// The same over a panel that is kept narrower, of type `stored` (bf16 or i8), in the order of the f32 one: the bits of
/// few_rows_f32 over its numbers in f32.
void few_rows_widened(const PanelLayout& layout, std::int64_t rows, const float* x, const std::byte* packed,
                      DType stored, float* y);
/// Numbers of type `stored` (bf16 or i8), [rows, columns], as numbers of type `input` (f32; of i8 also bf16) in rows
/// that are `stride` apart.
struct Widening {
  DType stored;
  DType input;
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t stride;
};
void widen(const Widening& how, const std::byte* packed, std::byte* out);
/// The way back, of f32 numbers that the narrower type has exactly.
void narrow(const Widening& how, const float* wide, std::byte* packed);
/// On processors with bf16 dot products; elsewhere it must not be called.
void few_rows_bf16(const PanelLayout& layout, std::int64_t rows, const bf16_t* x, const bf16_t* packed, float* y);
/// The same over whole numbers in the order of the bf16 panel: the bits of these numbers in bf16.
void few_rows_bf16(const PanelLayout& layout, std::int64_t rows, const bf16_t* x, const std::int8_t* packed, float* y);

}  // namespace groel::ops::cpu
