// swiglu: silu(a) * b, a and b being the two halves of every row; and its gradient (Shazeer 2020, arXiv:2002.05202).
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// x [T, 2*F] f32 or bf16 (rows may be strided) -> y [T, F] f32 or bf16, y = silu(x[:, :F]) * x[:, F:] with
/// silu(a) = a / (1 + e^-a), computed in f32. A row depends on that row of x alone. Errors: internal on shapes or types
/// that do not fit.
Tensor swiglu(const Tensor& x, DType output = DType::f32);

/// dy [T, F] f32 (rows may be strided) -> the gradient of x, [T, 2*F] f32.
Tensor swiglu_grad(const Tensor& x, const Tensor& dy);

namespace reference {
Tensor swiglu(const Tensor& x, DType output = DType::f32);
Tensor swiglu_grad(const Tensor& x, const Tensor& dy);
}  // namespace reference

}  // namespace groel::ops
