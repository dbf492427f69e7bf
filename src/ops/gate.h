// gate: y = sigmoid(g) * x, with a factor for each row and something added.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

struct GateOptions {
  Tensor factor = {};         ///< [T] f32: of each row's product; undefined: 1
  Tensor residual = {};       ///< [T, D] f32 added last (rows may be strided), or undefined; may be what `into` is
  Tensor into = {};           ///< [T, D] of type `output` to write to (rows may be strided), or undefined: new memory
  DType output = DType::f32;  ///< f32, or bf16 (as input of a bf16 product)
};

/// x and g [T, D] f32 (rows may be strided) -> [T, D]: sigmoid(g) x factor + residual, in f32. g undefined: x
/// factor + residual. `into` may be x or g. A row depends on those rows alone. Errors: internal on shapes or types that
/// do not fit.
Tensor gate(const Tensor& x, const Tensor& g, const GateOptions& options = {});

namespace reference {
Tensor gate(const Tensor& x, const Tensor& g, const GateOptions& options = {});
}

}  // namespace groel::ops
