// Gradients of layer_norm.
#pragma once

#include "ops/norm.h"

namespace groel::ops {

/// Whether a gradient is written, or added to what is there.
enum class Into { overwrite, add };

/// Where they go; an undefined one is not wanted.
struct LayerNormGradients {
  Tensor x;                     ///< [T, D] f32, rows may be strided
  Into into = Into::overwrite;  ///< of x
  Tensor gain;                  ///< [D] f32, added to
  Tensor bias;                  ///< [D] f32, added to
};

/// dy [T, D] f32: the gradient of layer_norm(x, options). The row's statistics are computed again. Gain and bias are
/// summed over fixed runs of rows in order: bitwise the same for any number of threads.
void layer_norm_grad(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, LayerNormGradients& to);

namespace reference {
void layer_norm_grad(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, LayerNormGradients& to);
}

}  // namespace groel::ops
