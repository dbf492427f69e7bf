// Gradients of linear: those of its weight and bias, and what the gradient of its input needs.
#pragma once

#include "ops/linear.h"

namespace groel::ops {

/// Where the gradients of y = x Wᵀ + b are added; an undefined one is not wanted.
struct LinearGradients {
  Tensor weight;  ///< [out, in] f32, contiguous
  Tensor bias;    ///< [out] f32
};

/// weight += dyᵀ x and bias += the sum of dy's rows: dy [T, out], x [T, in], both f32 or bf16 (rows may be strided).
/// bf16: both rounded to bf16, f32 accumulation; the bias's sum is always of dy as it is. Sums go over fixed runs of
/// rows in order: bitwise the same for any number of threads. (The gradient of x is linear(dy, PackedWeight(Wᵀ)).)
/// Errors: internal on shapes or types that do not fit.
void linear_grad(const Tensor& x, const Tensor& dy, Precision precision, LinearGradients& to);

/// x [A, B] f32 -> [B, A].
Tensor transpose(const Tensor& x);

namespace reference {
/// Same contract, plain loops in double precision.
void linear_grad(const Tensor& x, const Tensor& dy, Precision precision, LinearGradients& to);
}  // namespace reference

}  // namespace groel::ops
