// Matrices with rows and columns exchanged.
#pragma once

#include "tensor/tensor.h"

namespace groel {

/// The transpose of a 2-D tensor of any type, contiguous in new memory.
Tensor transposed(const Tensor& x);

}  // namespace groel
