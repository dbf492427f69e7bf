// dropout: sets random elements to zero and scales up the others; by counter, so that the same draw can be repeated.
#pragma once

#include <cstdint>

#include "tensor/tensor.h"

namespace groel::ops {

struct DropoutOptions {
  double probability = 0;  ///< of an element to be dropped, in [0, 1)
  std::uint64_t key = 0;   ///< base/random.h: the same key drops the same elements
};

/// x f32, contiguous -> x / (1 - p) or 0. Its gradient is dropout(dy) with the same options.
Tensor dropout(const Tensor& x, const DropoutOptions& options);

}  // namespace groel::ops
