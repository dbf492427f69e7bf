// layer_norm_grad on the CPU. With n = (x - mean) / deviation and g = gain dy:
// dx = (g - mean(g) - n mean(g n)) / deviation, dgain = Σ dy n, dbias = Σ dy.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/norm_grad_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "base/simd_dispatch.h"
#include "ops/norm_grad_impl.h"
#include "ops/simd_inl.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

HWY_INLINE Vector first(Vector v, std::int64_t n) {
  return hn::IfThenElseZero(hn::FirstN(kTag, static_cast<std::size_t>(n)), v);
}

struct Row {
  const float* x;
  const float* dy;
  const float* gain;  // may be nullptr
  std::int64_t width;
  Vector mean;
  Vector inverse;  // 1 / deviation

  HWY_INLINE Vector normal(std::int64_t i, std::int64_t n) const {
    return hn::Mul(hn::Sub(load(x + i, n), mean), inverse);
  }
  HWY_INLINE Vector slope(std::int64_t i, std::int64_t n) const {
    const Vector v = load(dy + i, n);
    return gain == nullptr ? v : hn::Mul(v, load(gain + i, n));
  }
};

HWY_INLINE void statistics(Row& row, float epsilon) {
  const auto count = static_cast<float>(row.width);
  Vector sum = hn::Zero(kTag);
  for_vectors(row.width,
              [&](std::int64_t i, std::int64_t n) HWY_ATTR { sum = hn::Add(sum, first(load(row.x + i, n), n)); });
  row.mean = hn::Set(kTag, sum_of_lanes(sum) / count);
  Vector squares = hn::Zero(kTag);
  for_vectors(row.width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector d = first(hn::Sub(load(row.x + i, n), row.mean), n);
    squares = hn::MulAdd(d, d, squares);
  });
  row.inverse = hn::Set(kTag, 1.0F / std::sqrt(sum_of_lanes(squares) / count + epsilon));
}

HWY_INLINE void add_parameters(const Row& row, const cpu::NormGradSums& sums) {
  for_vectors(row.width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector dy = load(row.dy + i, n);
    store(hn::MulAdd(dy, row.normal(i, n), load(sums.gain + i, n)), sums.gain + i, n);
    store(hn::Add(dy, load(sums.bias + i, n)), sums.bias + i, n);
  });
}

HWY_INLINE void write_input(const Row& row, float* dx, Into into) {
  Vector sum = hn::Zero(kTag);
  Vector product = hn::Zero(kTag);
  for_vectors(row.width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector g = first(row.slope(i, n), n);
    sum = hn::Add(sum, g);
    product = hn::MulAdd(g, row.normal(i, n), product);
  });
  const auto count = static_cast<float>(row.width);
  const Vector mean = hn::Set(kTag, sum_of_lanes(sum) / count);
  const Vector slope = hn::Set(kTag, sum_of_lanes(product) / count);
  for_vectors(row.width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector centred = hn::NegMulAdd(row.normal(i, n), slope, hn::Sub(row.slope(i, n), mean));
    const Vector d = hn::Mul(centred, row.inverse);
    store(into == Into::add ? hn::Add(load(dx + i, n), d) : d, dx + i, n);
  });
}

void grad_rows(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, cpu::RowRange rows,
               LayerNormGradients& to, const cpu::NormGradSums& sums) {
  const auto in = matrix<float>(x);
  const auto slopes = matrix<float>(dy);
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    Row row{in.row(r), slopes.row(r), optional_vector(options.gain, in.columns), in.columns, {}, {}};
    statistics(row, options.epsilon);
    if (to.gain.defined() || to.bias.defined()) add_parameters(row, sums);
    if (to.x.defined()) write_input(row, mutable_matrix<float>(to.x).row(r), to.into);
  }
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(grad_rows);
namespace cpu {

void layer_norm_grad(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, RowRange rows,
                     LayerNormGradients& to, const NormGradSums& sums) {
  GROEL_DISPATCH(grad_rows)(x, options, dy, rows, to, sums);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
