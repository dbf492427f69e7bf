// Activations and their gradients: checks, and the loop over threads.
#include "ops/activation_grad.h"

#include <algorithm>
#include <cmath>

#include "base/cpu.h"
#include "base/profile.h"
#include "base/threads.h"
#include "ops/activation_grad_impl.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

template <class Body>
void for_ranges(std::int64_t count, const Body& body) {
  constexpr std::int64_t kRange = 1 << 14;
  parallel_for(ceil_div(count, kRange), [&](std::int64_t i) {
    body(cpu::ElementRange{i * kRange, std::min(count, (i + 1) * kRange)});
  });
}

bool by_bf16_kernel(const Tensor& x, Activation activation, DType output) {
  return activation == Activation::gelu_erf && x.dtype() == DType::bf16 && output == DType::bf16 &&
         active_isa() >= Isa::avx512_bf16;
}

void require_float(DType dtype) { GROEL_REQUIRE(dtype == DType::f32 || dtype == DType::bf16); }

}  // namespace

Tensor activate_as(const Tensor& x, Activation activation, DType output) {
  GROEL_REQUIRE(x.contiguous());
  require_float(x.dtype());
  require_float(output);
  Tensor y = Tensor::empty(x.shape(), output, x.device());
  backend(x).activate_as(x, activation, y);
  return y;
}

Tensor activation_grad(const Tensor& x, const Tensor& dy, Activation activation, DType output) {
  GROEL_REQUIRE(x.contiguous() && dy.contiguous() && x.shape() == dy.shape() && dy.dtype() == DType::f32);
  require_float(x.dtype());
  require_float(output);
  Tensor dx = Tensor::empty(x.shape(), output, x.device());
  backend(x).activation_grad(x, dy, activation, dx);
  return dx;
}

Tensor tanh(const Tensor& x) {
  GROEL_REQUIRE(x.contiguous() && x.dtype() == DType::f32);
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  backend(x).tanh(x, y);
  return y;
}

Tensor tanh_grad(const Tensor& y, const Tensor& dy) {
  GROEL_REQUIRE(y.contiguous() && dy.contiguous() && y.shape() == dy.shape());
  Tensor dx = Tensor::empty(y.shape(), DType::f32, y.device());
  backend(y).tanh_grad(y, dy, dx);
  return dx;
}

namespace cpu {

void activate_as(const Tensor& x, Activation activation, Tensor& y) {
  const ProfileScope scope("activate");
  const bool bf16 = by_bf16_kernel(x, activation, y.dtype());
  for_ranges(x.count(), [&](ElementRange range) {
    if (bf16)
      gelu_bf16(x.data<bf16_t>() + range.begin, range.end - range.begin, y.mutable_data<bf16_t>() + range.begin);
    else
      activate_as(x, activation, range, y);
  });
}

void activation_grad(const Tensor& x, const Tensor& dy, Activation activation, Tensor& dx) {
  const ProfileScope scope("activation_grad");
  const bool bf16 = by_bf16_kernel(x, activation, dx.dtype());
  for_ranges(x.count(), [&](ElementRange range) {
    if (bf16)
      gelu_grad_bf16(x.data<bf16_t>() + range.begin, dy.data<float>() + range.begin, range.end - range.begin,
                     dx.mutable_data<bf16_t>() + range.begin);
    else
      activation_grad(x, dy, activation, range, dx);
  });
}

void tanh(const Tensor& x, Tensor& y) {
  const float* from = x.data<float>();
  float* to = y.mutable_data<float>();
  for_ranges(y.count(), [&](ElementRange range) {
    for (std::int64_t i = range.begin; i < range.end; ++i) to[i] = std::tanh(from[i]);
  });
}

void tanh_grad(const Tensor& y, const Tensor& dy, Tensor& dx) {
  float* to = dx.mutable_data<float>();
  for_ranges(y.count(), [&](ElementRange range) {
    for (std::int64_t i = range.begin; i < range.end; ++i) {
      const float value = y.data<float>()[i];
      to[i] = dy.data<float>()[i] * (1.0F - value * value);
    }
  });
}

}  // namespace cpu
}  // namespace groel::ops
