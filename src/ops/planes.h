// Pairs' rows of channels as planes, one for each channel, and back.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// x and g [P, C] f32 (rows may be strided) -> planes [C, P] f32 or bf16 (rows may be strided): sigmoid(g) x factor,
/// computed in f32. factor [P] f32, or undefined: 1. A number depends on those of its place alone. Errors: internal on
/// shapes or types that do not fit.
void gate_planes(const Tensor& x, const Tensor& g, const Tensor& factor, Tensor& planes);

/// planes [C, P] f32 (rows may be strided) -> [P, C] f32.
Tensor planes_as_rows(const Tensor& planes);

namespace reference {
void gate_planes(const Tensor& x, const Tensor& g, const Tensor& factor, Tensor& planes);
Tensor planes_as_rows(const Tensor& planes);
}  // namespace reference

}  // namespace groel::ops
