// Questions about all values of a tensor at once: are they finite, are they equal.
#pragma once

#include <cstddef>
#include <span>

#include "tensor/tensor.h"

namespace groel::ops {

/// Whether none is NaN or infinite, of any type (rows may be strided); true of none at all.
bool all_finite(const Tensor& x);
/// The same of host values.
bool all_finite(std::span<const std::byte> bytes, DType dtype);

/// Whether two f32 tensors have one shape and the same bits; contiguous.
bool equal(const Tensor& a, const Tensor& b);

}  // namespace groel::ops
