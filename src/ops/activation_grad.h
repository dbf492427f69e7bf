// Activations as separate operators, and their gradients: for training, where inference fuses them with a product.
#pragma once

#include "ops/linear.h"

namespace groel::ops {

/// Activation of x [T, D] f32 or bf16 (contiguous) -> the same shape as f32 or bf16. Bitwise what linear's fused
/// activation gives on f32 values; from bf16 to bf16, what its rounding hides may be left out.
Tensor activate_as(const Tensor& x, Activation activation, DType output);

/// dy [T, D] f32 times the activation's derivative at x (f32 or bf16) -> [T, D] f32 or bf16; from bf16 to bf16 the
/// derivative to 2e-4.
Tensor activation_grad(const Tensor& x, const Tensor& dy, Activation activation, DType output = DType::f32);

/// tanh of every element, f32; and dy (1 - y²), y its result.
Tensor tanh(const Tensor& x);
Tensor tanh_grad(const Tensor& y, const Tensor& dy);

namespace reference {
Tensor activation_grad(const Tensor& x, const Tensor& dy, Activation activation, DType output = DType::f32);
}

}  // namespace groel::ops
