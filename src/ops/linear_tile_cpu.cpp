// The vector part of linear: conversion of input rows, and the epilogue of a tile.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/linear_tile_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "base/simd_dispatch.h"
#include "ops/linear_impl.h"
#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

template <class From, class To>
void convert_row(const From* from, To* to, std::int64_t width, Precision precision) {
  if (precision != Precision::bf16)
    for_vectors(width, [&](std::int64_t i, std::int64_t n) HWY_ATTR { store(load(from + i, n), to + i, n); });
  else
    for_vectors(width,
                [&](std::int64_t i, std::int64_t n) HWY_ATTR { store(round_to_bf16(load(from + i, n)), to + i, n); });
}

template <class From, class To>
void convert_rows(const Tensor& x, const cpu::InputTile& tile, To* out) {
  const std::int64_t width = x.size(1);
  const From* from = x.data<From>();
  for (std::int64_t r = tile.begin; r < tile.end; ++r)
    convert_row(from + r * x.row_stride(), out + (r - tile.begin) * width, width, tile.precision);
  std::fill(out + (tile.end - tile.begin) * width, out + tile.padded * width, To{});
}

/// Each row as [high | low | high] or, of a weight, [high | high | low]; x = high + low to 16 bits.
template <class From>
void split_rows(const Tensor& x, const cpu::InputTile& tile, bf16_t* out) {
  const std::int64_t width = x.size(1);
  const std::int64_t second = tile.split == cpu::Split::input ? 2 : 1;  // where the other copy of high goes
  for (std::int64_t r = tile.begin; r < tile.end; ++r, out += 3 * width) {
    const From* from = x.data<From>() + r * x.row_stride();
    for_vectors(width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
      const Vector value = load(from + i, n);
      const Vector high = round_to_bf16(value);
      store(high, out + i, n);
      store(high, out + second * width + i, n);
      store(hn::Sub(value, high), out + (3 - second) * width + i, n);
    });
  }
  std::fill(out, out + (tile.padded - (tile.end - tile.begin)) * 3 * width, bf16_t{});
}

void gather(const Tensor& x, const cpu::InputTile& tile, std::byte* out) {
  if (tile.split != cpu::Split::none) {
    auto* to = reinterpret_cast<bf16_t*>(out);
    x.dtype() == DType::f32 ? split_rows<float>(x, tile, to) : split_rows<bf16_t>(x, tile, to);
    return;
  }
  auto* out32 = reinterpret_cast<float*>(out);
  auto* out16 = reinterpret_cast<bf16_t*>(out);
  if (x.dtype() == DType::f32)
    tile.to == DType::f32 ? convert_rows<float>(x, tile, out32) : convert_rows<float>(x, tile, out16);
  else
    tile.to == DType::f32 ? convert_rows<bf16_t>(x, tile, out32) : convert_rows<bf16_t>(x, tile, out16);
}

template <class To, class Activate>
void finish(const cpu::Epilogue& t, To* to, const Activate& activation) {
  for (std::int64_t r = 0; r < t.rows; ++r) {
    const float* product = t.product + r * t.product_stride;
    const float* residual = t.residual == nullptr ? nullptr : t.residual + r * t.residual_stride;
    To* y = to + r * t.y_stride;
    for_vectors(t.columns, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
      Vector v = load(product + i, n);
      if (t.bias != nullptr) v = hn::Add(v, load(t.bias + i, n));
      v = activation(v);
      if (residual != nullptr) v = hn::Add(v, load(residual + i, n));
      store(v, y + i, n);
    });
  }
}

template <class To>
void finish_as(const cpu::Epilogue& tile, To* to) {
  switch (tile.activation) {
    case Activation::none: finish(tile, to, [](Vector v) HWY_ATTR { return v; }); return;
    case Activation::gelu_erf: finish(tile, to, [](Vector v) HWY_ATTR { return gelu_erf(v); }); return;
    case Activation::gelu_tanh: finish(tile, to, [](Vector v) HWY_ATTR { return gelu_tanh(v); }); return;
  }
}

void finish_any(const cpu::Epilogue& tile) {
  tile.y_bf16 != nullptr ? finish_as(tile, tile.y_bf16) : finish_as(tile, tile.y);
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(gather);
GROEL_EXPORT(finish_any);
namespace cpu {

void gather_rows(const Tensor& x, const InputTile& tile, std::byte* out) { GROEL_DISPATCH(gather)(x, tile, out); }
void finish_tile(const Epilogue& tile) { GROEL_DISPATCH(finish_any)(tile); }

}  // namespace cpu
}  // namespace groel::ops
#endif
