// swiglu and its gradient on the CPU.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/swiglu_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"
#include "ops/sigmoid_inl.h"
#include "ops/swiglu_impl.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

template <class X, class Y>
void forward_row(const X* x, Y* y, std::int64_t width) {
  for_vectors(width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector a = load(x + i, n);
    store(hn::Mul(hn::Mul(a, sigmoid(a)), load(x + width + i, n)), y + i, n);
  });
}

// With s = sigmoid(a): silu(a) = a s, and its slope is s (1 + a (1 - s)).
template <class X>
void grad_row(const X* x, const float* dy, float* dx, std::int64_t width) {
  const Vector one = hn::Set(kTag, 1.0F);
  for_vectors(width, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector a = load(x + i, n);
    const Vector d = load(dy + i, n);
    const Vector s = sigmoid(a);
    const Vector slope = hn::Mul(s, hn::MulAdd(a, hn::Sub(one, s), one));
    store(hn::Mul(hn::Mul(d, load(x + width + i, n)), slope), dx + i, n);
    store(hn::Mul(d, hn::Mul(a, s)), dx + width + i, n);
  });
}

template <class X, class Y>
void forward_rows(const Tensor& x, cpu::RowRange rows, Tensor& y) {
  const auto from = matrix<X>(x);
  const auto to = mutable_matrix<Y>(y);
  for (std::int64_t t = rows.begin; t < rows.end; ++t) forward_row(from.row(t), to.row(t), to.columns);
}

template <class X>
void forward_from(const Tensor& x, cpu::RowRange rows, Tensor& y) {
  y.dtype() == DType::f32 ? forward_rows<X, float>(x, rows, y) : forward_rows<X, bf16_t>(x, rows, y);
}

template <class X>
void grad_rows(const Tensor& x, const Tensor& dy, cpu::RowRange rows, Tensor& dx) {
  const auto from = matrix<X>(x);
  const auto d = matrix<float>(dy);
  const auto to = mutable_matrix<float>(dx);
  for (std::int64_t t = rows.begin; t < rows.end; ++t) grad_row(from.row(t), d.row(t), to.row(t), d.columns);
}

void swiglu_any(const Tensor& x, cpu::RowRange rows, Tensor& y) {
  x.dtype() == DType::f32 ? forward_from<float>(x, rows, y) : forward_from<bf16_t>(x, rows, y);
}

void swiglu_grad_any(const Tensor& x, const Tensor& dy, cpu::RowRange rows, Tensor& dx) {
  x.dtype() == DType::f32 ? grad_rows<float>(x, dy, rows, dx) : grad_rows<bf16_t>(x, dy, rows, dx);
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(swiglu_any);
GROEL_EXPORT(swiglu_grad_any);
namespace cpu {

void swiglu(const Tensor& x, RowRange rows, Tensor& y) { GROEL_DISPATCH(swiglu_any)(x, rows, y); }
void swiglu_grad(const Tensor& x, const Tensor& dy, RowRange rows, Tensor& dx) {
  GROEL_DISPATCH(swiglu_grad_any)(x, dy, rows, dx);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
