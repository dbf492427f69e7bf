// pair_features: what is said of two vectors, whichever comes first but for their own two columns.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// x [2*B, D] f32, contiguous: rows 2b and 2b + 1 are p and q of pair b -> [B, 4*D]: p, q, |p - q| and p * q.
Tensor pair_features(const Tensor& x);

/// dy [B, 4*D] f32, contiguous -> the gradient of x, [2*B, D]. Where p and q are equal, |p - q| has the slope 0.
Tensor pair_features_grad(const Tensor& x, const Tensor& dy);

namespace reference {
Tensor pair_features(const Tensor& x);
}

}  // namespace groel::ops
