// The CPU backend of layer_norm_grad.
#pragma once

#include "ops/norm_grad.h"
#include "ops/norm_impl.h"

namespace groel::ops::cpu {

/// Rows of to.x; their sums for gain and bias are added to `gain` and `bias` [D].
struct NormGradSums {
  float* gain;
  float* bias;
};
void layer_norm_grad(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, RowRange rows,
                     LayerNormGradients& to, const NormGradSums& sums);

}  // namespace groel::ops::cpu
