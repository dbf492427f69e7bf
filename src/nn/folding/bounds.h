// Bounds of packed sequences of one length.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace groel::nn::folding {

/// [count + 1] i32, host: 0, each, 2*each, ...
inline Tensor even_bounds(std::int64_t count, std::int64_t each) {
  std::vector<std::int32_t> out;
  for (std::int64_t i = 0; i <= count; ++i) out.push_back(static_cast<std::int32_t>(i * each));
  return Tensor::of<std::int32_t>({count + 1}, out);
}

}  // namespace groel::nn::folding
