// The vector part of linear: converts input rows, and applies the last step (bias, activation, residual) to a tile.
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

/// Which parts of a value are beside each other in a row: part 0 is the value in bf16, 1 what that leaves, 2 what
/// both leave (24 bits in all). The products are those of parts at the same place; the first three are f32x3's.
struct Places {
  int input[6] = {0, 1, 0, 1, 2, 0};
  int weight[6] = {0, 0, 1, 1, 0, 2};
};

template <class From>
void split_rows(const Tensor& x, const cpu::InputTile& tile, bf16_t* out) {
  constexpr Places kPlaces;
  const int* places = tile.split.side == cpu::BfloatSplit::Side::input ? kPlaces.input : kPlaces.weight;
  const std::int64_t width = x.size(1);
  const std::int64_t copies = tile.split.products;
  for (std::int64_t r = tile.begin; r < tile.end; ++r, out += copies * width) {
    const From* from = x.data<From>() + r * x.row_stride();
    for_vectors(width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
      const Vector value = load(from + i, n);
      const Vector high = round_to_bf16(value);
      const Vector rest = hn::Sub(value, high);
      const Vector middle = round_to_bf16(rest);
      const Vector low = hn::Sub(rest, middle);
      for (std::int64_t p = 0; p < copies; ++p)
        store(places[p] == 0 ? high : places[p] == 1 ? middle : low, out + p * width + i, n);
    });
  }
  std::fill(out, out + (tile.padded - (tile.end - tile.begin)) * copies * width, bf16_t{});
}

void gather(const Tensor& x, const cpu::InputTile& tile, std::byte* out) {
  if (tile.split.products > 1) {
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
    case Activation::relu: finish(tile, to, [](Vector v) HWY_ATTR { return relu(v); }); return;
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
