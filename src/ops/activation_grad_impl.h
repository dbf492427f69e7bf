// The CPU kernels of activations and their gradients: elements [begin, end).
#pragma once

#include "ops/activation_grad.h"

namespace groel::ops::cpu {

struct ElementRange {
  std::int64_t begin;
  std::int64_t end;
};
void activate_as(const Tensor& x, Activation activation, ElementRange range, Tensor& y);
void activation_grad(const Tensor& x, const Tensor& dy, Activation activation, ElementRange range, Tensor& dx);

/// gelu_erf and its gradient; only where active_isa() has AVX-512 with bf16.
void gelu_bf16(const bf16_t* x, std::int64_t count, bf16_t* y);
void gelu_grad_bf16(const bf16_t* x, const float* dy, std::int64_t count, bf16_t* dx);

}  // namespace groel::ops::cpu
