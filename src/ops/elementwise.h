// Elementwise operators and softmax over rows.
#pragma once

#include "ops/linear.h"
#include "tensor/tensor.h"

namespace groel::ops {

/// a + b, same shape, f32.
Tensor add(const Tensor& a, const Tensor& b);
/// x * factor, f32.
Tensor scale(const Tensor& x, float factor);
/// Activation of every element, f32. gelu_erf is exact (erf), gelu_tanh is GPT-2's; relu is max(x, 0), of slope 0
/// at 0.
Tensor activate(const Tensor& x, Activation activation);
/// Softmax over the last dimension of [T, D] f32 (rows may be strided), maximum subtracted first.
Tensor softmax(const Tensor& x);
/// log(softmax) over the last dimension of [T, D] f32.
Tensor log_softmax(const Tensor& x);

namespace reference {
Tensor add(const Tensor& a, const Tensor& b);
Tensor scale(const Tensor& x, float factor);
Tensor activate(const Tensor& x, Activation activation);
Tensor softmax(const Tensor& x);
Tensor log_softmax(const Tensor& x);
}  // namespace reference

}  // namespace groel::ops
