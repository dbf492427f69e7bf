// Elementwise kernels and softmax on the CPU.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/elementwise_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <cstring>

#include "base/simd_dispatch.h"
#include "ops/elementwise_impl.h"
#include "ops/simd_inl.h"
#include "ops/softmax_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

void add_run(const float* a, const float* b, float* y, std::int64_t count) {
  for_vectors(count, [&](std::int64_t i, std::int64_t n)
                         HWY_ATTR { store(hn::Add(load(a + i, n), load(b + i, n)), y + i, n); });
}

void scale_run(const float* x, float factor, float* y, std::int64_t count) {
  const Vector by = hn::Set(kTag, factor);
  for_vectors(count, [&](std::int64_t i, std::int64_t n) HWY_ATTR { store(hn::Mul(load(x + i, n), by), y + i, n); });
}

void activate_run(const float* x, Activation activation, float* y, std::int64_t count) {
  switch (activation) {
    case Activation::none: std::memcpy(y, x, static_cast<std::size_t>(count) * sizeof(float)); return;
    case Activation::gelu_erf:
      for_vectors(count, [&](std::int64_t i, std::int64_t n) HWY_ATTR { store(gelu_erf(load(x + i, n)), y + i, n); });
      return;
    case Activation::gelu_tanh:
      for_vectors(count, [&](std::int64_t i, std::int64_t n) HWY_ATTR { store(gelu_tanh(load(x + i, n)), y + i, n); });
      return;
    case Activation::relu:
      for_vectors(count, [&](std::int64_t i, std::int64_t n) HWY_ATTR { store(relu(load(x + i, n)), y + i, n); });
      return;
  }
}

void softmax_row(const float* x, float* y, std::int64_t width) { row_softmax(x, y, width); }

// x - (highest + log of the sum): the difference to the maximum is taken first, which is exact for close values.
void log_softmax_row(const float* x, float* y, std::int64_t width) {
  const float highest = row_max(x, width);
  const Vector log_sum = hn::Set(kTag, std::log(row_exp(x, y, width, highest)));
  const Vector shift = hn::Set(kTag, highest);
  for_vectors(width, [&](std::int64_t i, std::int64_t n)
                         HWY_ATTR { store(hn::Sub(hn::Sub(load(x + i, n), shift), log_sum), y + i, n); });
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(add_run);
GROEL_EXPORT(scale_run);
GROEL_EXPORT(activate_run);
GROEL_EXPORT(softmax_row);
GROEL_EXPORT(log_softmax_row);
namespace cpu {

void add(const float* a, const float* b, float* y, std::int64_t count) { GROEL_DISPATCH(add_run)(a, b, y, count); }
void scale(const float* x, float factor, float* y, std::int64_t count) {
  GROEL_DISPATCH(scale_run)(x, factor, y, count);
}
void activate(const float* x, Activation activation, float* y, std::int64_t count) {
  GROEL_DISPATCH(activate_run)(x, activation, y, count);
}
void softmax(const float* x, float* y, std::int64_t width) { GROEL_DISPATCH(softmax_row)(x, y, width); }
void log_softmax(const float* x, float* y, std::int64_t width) { GROEL_DISPATCH(log_softmax_row)(x, y, width); }

}  // namespace cpu
}  // namespace groel::ops
#endif
