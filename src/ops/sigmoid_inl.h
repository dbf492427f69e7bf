// The logistic function of a vector; included once per Highway target, so without #pragma once.
#if defined(GROEL_OPS_SIGMOID_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GROEL_OPS_SIGMOID_INL_H_
#undef GROEL_OPS_SIGMOID_INL_H_
#else
#define GROEL_OPS_SIGMOID_INL_H_
#endif

#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {

/// 1 / (1 + e^-x); the exponent is capped where e^88 makes the result 0 in all but name. NaN stays NaN.
HWY_INLINE Vector sigmoid(Vector x) {
  const Vector one = hn::Set(kTag, 1.0F), most = hn::Set(kTag, 88.0F), power = hn::Neg(x);
#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
  const Vector capped = hn::IfThenElse(hn::Lt(most, power), most, power);
#else
  const Vector capped = hn::Min(most, power);  // in this order NaN stays
#endif
  return hn::Div(one, hn::Add(one, exp(capped)));
}

}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
