// Planes of channels on the CPU, in tiles of as many pairs as channels.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/planes_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "base/simd_dispatch.h"
#include "ops/planes_impl.h"
#include "ops/sigmoid_inl.h"
#include "ops/transpose_inl.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

template <class Y>
void gate_planes_as(const Tensor& x, const Tensor& g, const Tensor& factor, cpu::RowRange pairs, Tensor& planes) {
  const auto from = matrix<float>(x);
  const auto gates = matrix<float>(g);
  const auto to = mutable_matrix<Y>(planes);
  const float* factors = optional_vector(factor, from.rows);
  transpose_tiles(
      pairs.end - pairs.begin, from.columns,
      [&](std::int64_t r, std::int64_t c, std::int64_t n) HWY_ATTR {
        const std::int64_t pair = pairs.begin + r;
        const Vector y = hn::Mul(sigmoid(load(gates.row(pair) + c, n)), load(from.row(pair) + c, n));
        return factors == nullptr ? y : hn::Mul(y, hn::Set(kTag, factors[pair]));
      },
      [&](std::int64_t c, std::int64_t r, std::int64_t n, Vector y)
          HWY_ATTR { store(y, to.row(c) + pairs.begin + r, n); });
}

void gate_planes_any(const Tensor& x, const Tensor& g, const Tensor& factor, cpu::RowRange pairs, Tensor& planes) {
  planes.dtype() == DType::f32 ? gate_planes_as<float>(x, g, factor, pairs, planes)
                               : gate_planes_as<bf16_t>(x, g, factor, pairs, planes);
}

// Rows of the tiles are channels here.
void planes_to_rows(const Tensor& planes, cpu::RowRange pairs, Tensor& rows) {
  const auto from = matrix<float>(planes);
  const auto to = mutable_matrix<float>(rows);
  transpose_tiles(
      from.rows, pairs.end - pairs.begin,
      [&](std::int64_t c, std::int64_t p, std::int64_t n) HWY_ATTR { return load(from.row(c) + pairs.begin + p, n); },
      [&](std::int64_t p, std::int64_t c, std::int64_t n, Vector y)
          HWY_ATTR { store(y, to.row(pairs.begin + p) + c, n); });
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(gate_planes_any);
GROEL_EXPORT(planes_to_rows);
namespace cpu {

void gate_planes(const Tensor& x, const Tensor& g, const Tensor& factor, RowRange pairs, Tensor& planes) {
  GROEL_DISPATCH(gate_planes_any)(x, g, factor, pairs, planes);
}

void planes_as_rows(const Tensor& planes, RowRange pairs, Tensor& rows) {
  GROEL_DISPATCH(planes_to_rows)(planes, pairs, rows);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
