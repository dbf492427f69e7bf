// layer_norm: y = (x - mean) / sqrt(variance + eps) * gain + bias, over the last dimension.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

struct LayerNormOptions {
  Tensor gain;  ///< [D] f32, or undefined: 1
  Tensor bias;  ///< [D] f32, or undefined: 0
  float epsilon = 1e-5F;
  DType output = DType::f32;  ///< f32 or bf16 (as input of a bf16 product)
};

/// x [T, D] f32 (rows may be strided) -> [T, D]. Mean and (biased) variance in f32 by two passes over the row.
Tensor layer_norm(const Tensor& x, const LayerNormOptions& options);

namespace reference {
Tensor layer_norm(const Tensor& x, const LayerNormOptions& options);
}

}  // namespace groel::ops
