// Softmax of one row; included once per Highway target, so without #pragma once.
#if defined(GROEL_OPS_SOFTMAX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GROEL_OPS_SOFTMAX_INL_H_
#undef GROEL_OPS_SOFTMAX_INL_H_
#else
#define GROEL_OPS_SOFTMAX_INL_H_
#endif

#include <limits>

#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {

HWY_INLINE float row_max(const float* x, std::int64_t width) {
  Vector highest = hn::Set(kTag, -std::numeric_limits<float>::infinity());
  std::int64_t i = 0;
  for (; i + lanes() <= width; i += lanes()) highest = hn::Max(highest, hn::LoadU(kTag, x + i));
  float out = max_of_lanes(highest);
  for (; i < width; ++i) out = out < x[i] ? x[i] : out;
  return out;
}

/// y = exp(x - highest), -> their sum. In place when y is x. Lanes past the end of the row add nothing.
HWY_INLINE float row_exp(const float* x, float* y, std::int64_t width, float highest) {
  const Vector shift = hn::Set(kTag, highest);
  Vector sum = hn::Zero(kTag);
  for_vectors(width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector weight = exp(hn::Sub(load(x + i, n), shift));
    store(weight, y + i, n);
    sum = hn::Add(sum, hn::IfThenElseZero(hn::FirstN(kTag, static_cast<std::size_t>(n)), weight));
  });
  return sum_of_lanes(sum);
}

HWY_INLINE void row_softmax(const float* x, float* y, std::int64_t width) {
  const Vector inverse = hn::Set(kTag, 1.0F / row_exp(x, y, width, row_max(x, width)));
  for_vectors(width,
              [&](std::int64_t i, std::int64_t n) HWY_ATTR { store(hn::Mul(load(y + i, n), inverse), y + i, n); });
}

}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
