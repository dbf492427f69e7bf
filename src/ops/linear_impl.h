// The form of packed weights that all backends share, and the entry points of the CPU backend.
#pragma once

#include "ops/linear.h"

namespace groel::ops {

struct PackedWeight::Impl {
  std::int64_t in = 0;
  std::int64_t out = 0;
  Precision precision = Precision::f32;
  WeightForm form = WeightForm::exact;

  virtual ~Impl() = default;
  virtual std::size_t bytes() const = 0;
};

namespace cpu {

std::shared_ptr<const PackedWeight::Impl> pack(const std::vector<Tensor>& weights, const std::vector<Tensor>& scales,
                                               Precision precision, WeightForm form);
/// In f32, of a weight [in, out], contiguous.
std::shared_ptr<const PackedWeight::Impl> pack_transposed(const Tensor& weight);
/// Everything is checked; y is where the result goes.
void linear(const Tensor& x, const PackedWeight::Impl& weight, const LinearOptions& options, Tensor& y);

/// Bytes of a weight packed.
std::size_t packed_bytes(std::int64_t in, std::int64_t out, Precision precision, WeightForm form);
/// What each thread keeps for products of so many rows with that weight: rows of x as a product takes them, and a tile
/// of its result; and a panel of a weight that is kept narrower than a product takes it.
struct LinearScratch {
  std::size_t rows;
  std::size_t product;
  std::size_t panel;
};
LinearScratch linear_scratch(std::int64_t rows, const PackedWeight::Impl& weight);

/// Into how many bf16 products one of f32 values is split, and whose rows are wanted.
struct BfloatSplit {
  enum class Side { input, weight };

  std::int64_t products = 1;  ///< 1, 3 or 6
  Side side = Side::input;
};

/// Rows [begin, end) of x as contiguous rows of type `to`, followed by zero rows up to `padded`; rounded to bf16 on the
/// way for a bf16 product, even when `to` is f32 (a machine without bf16 products).
struct InputTile {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t padded;
  DType to;
  Precision precision;
  BfloatSplit split;  ///< rows are that many times as wide
};
void gather_rows(const Tensor& x, const InputTile& tile, std::byte* out);

/// y = act(product + bias) + residual for one tile; pointers to its first element, nullptr where there is none.
struct Epilogue {
  const float* product;
  std::int64_t product_stride;
  const float* bias;
  const float* residual;
  std::int64_t residual_stride;
  float* y;        ///< where the result goes: one of y and
  bf16_t* y_bf16;  ///< y_bf16
  std::int64_t y_stride;
  std::int64_t rows;
  std::int64_t columns;
  Activation activation;
};
void finish_tile(const Epilogue& tile);
/// The same for a bf16 product with a bf16 result, on AVX-512 with bf16: gelu_erf to 2e-5, which rounding hides.
void finish_tile_bf16(const Epilogue& tile);

}  // namespace cpu
}  // namespace groel::ops
