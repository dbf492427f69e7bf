// Activations and their derivatives on the CPU.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/activation_grad_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"
#include "ops/activation_grad_impl.h"
#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

/// Φ(x) + x φ(x).
HWY_INLINE Vector gelu_erf_slope(Vector x) {
  const Vector half = hn::Set(kTag, 0.5F);
  const Vector cumulative = hn::MulAdd(half, erf(hn::Mul(x, hn::Set(kTag, 0.70710678118654752F))), half);
  const Vector density =
      hn::Mul(hn::Set(kTag, 0.39894228040143268F), exp(hn::Mul(hn::Mul(x, x), hn::Set(kTag, -0.5F))));
  return hn::MulAdd(x, density, cumulative);
}

/// With s = 1 / (1 + e^-2u): s + x s (1 - s) 2 du/dx, u = sqrt(2/pi) (x + 0.044715 x^3).
HWY_INLINE Vector gelu_tanh_slope(Vector x) {
  const Vector one = hn::Set(kTag, 1.0F);
  const Vector square = hn::Mul(x, x);
  const Vector cubic = hn::MulAdd(hn::Mul(square, x), hn::Set(kTag, 0.044715F), x);
  const Vector exponent = hn::Mul(cubic, hn::Set(kTag, -1.5957691216057308F));
  const Vector s = hn::Div(one, hn::Add(one, exp(hn::Min(hn::Set(kTag, 88.0F), exponent))));
  const Vector slope = hn::Mul(hn::MulAdd(square, hn::Set(kTag, 0.134145F), one), hn::Set(kTag, 1.5957691216057308F));
  return hn::MulAdd(hn::Mul(x, slope), hn::Mul(s, hn::Sub(one, s)), s);
}

HWY_INLINE Vector relu_slope(Vector x) { return hn::IfThenElseZero(hn::Gt(x, hn::Zero(kTag)), hn::Set(kTag, 1.0F)); }

template <class X, class Y>
void activate_range(const X* x, Y* y, std::int64_t count, Activation activation) {
  const auto run = [&](const auto& function) HWY_ATTR {
    for_vectors(count, [&](std::int64_t i, std::int64_t n) HWY_ATTR { store(function(load(x + i, n)), y + i, n); });
  };
  switch (activation) {
    case Activation::none: run([](Vector v) HWY_ATTR { return v; }); return;
    case Activation::gelu_erf: run([](Vector v) HWY_ATTR { return gelu_erf(v); }); return;
    case Activation::gelu_tanh: run([](Vector v) HWY_ATTR { return gelu_tanh(v); }); return;
    case Activation::relu: run([](Vector v) HWY_ATTR { return relu(v); }); return;
  }
}

template <class X, class D>
void grad_range(const X* x, const float* dy, D* dx, std::int64_t count, Activation activation) {
  const auto run = [&](const auto& slope) HWY_ATTR {
    for_vectors(count, [&](std::int64_t i, std::int64_t n)
                           HWY_ATTR { store(hn::Mul(load(dy + i, n), slope(load(x + i, n))), dx + i, n); });
  };
  switch (activation) {
    case Activation::none: run([](Vector) HWY_ATTR { return hn::Set(kTag, 1.0F); }); return;
    case Activation::gelu_erf: run([](Vector v) HWY_ATTR { return gelu_erf_slope(v); }); return;
    case Activation::gelu_tanh: run([](Vector v) HWY_ATTR { return gelu_tanh_slope(v); }); return;
    case Activation::relu: run([](Vector v) HWY_ATTR { return relu_slope(v); }); return;
  }
}

/// Calls body with typed pointers to the first element of the range.
template <class Body>
void with_types(const Tensor& x, Tensor& y, std::int64_t begin, const Body& body) {
  const auto with_output = [&](const auto* from) {
    y.dtype() == DType::f32 ? body(from, y.mutable_data<float>() + begin)
                            : body(from, y.mutable_data<bf16_t>() + begin);
  };
  x.dtype() == DType::f32 ? with_output(x.data<float>() + begin) : with_output(x.data<bf16_t>() + begin);
}

void activate_any(const Tensor& x, Activation activation, cpu::ElementRange range, Tensor& y) {
  with_types(x, y, range.begin,
             [&](const auto* from, auto* to) { activate_range(from, to, range.end - range.begin, activation); });
}

void grad_any(const Tensor& x, const Tensor& dy, Activation activation, cpu::ElementRange range, Tensor& dx) {
  with_types(x, dx, range.begin, [&](const auto* from, auto* to) {
    grad_range(from, dy.data<float>() + range.begin, to, range.end - range.begin, activation);
  });
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(activate_any);
GROEL_EXPORT(grad_any);
namespace cpu {

void activate_as(const Tensor& x, Activation activation, ElementRange range, Tensor& y) {
  GROEL_DISPATCH(activate_any)(x, activation, range, y);
}
void activation_grad(const Tensor& x, const Tensor& dy, Activation activation, ElementRange range, Tensor& dx) {
  GROEL_DISPATCH(grad_any)(x, dy, activation, range, dx);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
