// layer_norm on the CPU: two passes over a row for its statistics, one to write it.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/norm_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "base/simd_dispatch.h"
#include "ops/norm_impl.h"
#include "ops/simd_inl.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

/// Sum of f(vector) over a row, on four chains to hide the latency of addition; f gives 0 in lanes past the end.
template <class Function>
HWY_INLINE float row_sum(const float* x, std::int64_t width, const Function& f) {
  Vector sum[4] = {hn::Zero(kTag), hn::Zero(kTag), hn::Zero(kTag), hn::Zero(kTag)};
  const std::int64_t step = lanes();
  std::int64_t i = 0;
  for (; i + 4 * step <= width; i += 4 * step) {
#pragma GCC unroll 4
    for (int c = 0; c < 4; ++c) sum[c] = hn::Add(sum[c], f(hn::LoadU(kTag, x + i + c * step), step));
  }
  for (; i < width; i += step) {
    const std::int64_t n = std::min(step, width - i);
    sum[0] = hn::Add(sum[0], f(load(x + i, n), n));
  }
  return sum_of_lanes(hn::Add(hn::Add(sum[0], sum[1]), hn::Add(sum[2], sum[3])));
}

struct Affine {
  const float* gain;
  const float* bias;
  float epsilon;
};

template <class T>
HWY_INLINE void normalise_row(const float* x, const Affine& affine, std::int64_t width, T* y) {
  const auto divisor = static_cast<float>(width);
  const float average = row_sum(x, width, [](Vector v, std::int64_t) HWY_ATTR { return v; }) / divisor;
  const Vector mean = hn::Set(kTag, average);
  const float squares = row_sum(x, width, [&](Vector v, std::int64_t n) HWY_ATTR {
    const Vector deviation = hn::IfThenElseZero(hn::FirstN(kTag, static_cast<std::size_t>(n)), hn::Sub(v, mean));
    return hn::Mul(deviation, deviation);
  });
  const Vector factor = hn::Set(kTag, 1.0F / std::sqrt(squares / divisor + affine.epsilon));
  for_vectors(width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    Vector v = hn::Mul(hn::Sub(load(x + i, n), mean), factor);
    if (affine.gain != nullptr) v = hn::Mul(v, load(affine.gain + i, n));
    if (affine.bias != nullptr) v = hn::Add(v, load(affine.bias + i, n));
    store(v, y + i, n);
  });
}

void normalise(const Tensor& x, const LayerNormOptions& options, cpu::RowRange rows, Tensor& out) {
  const auto in = matrix<float>(x);
  const Affine affine{optional_vector(options.gain, in.columns), optional_vector(options.bias, in.columns),
                      options.epsilon};
  const auto run = [&](auto y) HWY_ATTR {
    for (std::int64_t r = rows.begin; r < rows.end; ++r) normalise_row(in.row(r), affine, in.columns, y.row(r));
  };
  out.dtype() == DType::f32 ? run(mutable_matrix<float>(out)) : run(mutable_matrix<bf16_t>(out));
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(normalise);
namespace cpu {

void layer_norm(const Tensor& x, const LayerNormOptions& options, RowRange rows, Tensor& out) {
  GROEL_DISPATCH(normalise)(x, options, rows, out);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
