// The states of an alignment that a folding network looks at.
#pragma once

#include "tensor/tensor.h"

namespace groel::nn::folding {

/// Rows of an alignment, each over all N tokens.
struct AlignmentStates {
  Tensor m;  ///< [S*N, M] f32, contiguous: row s*N + i is token i of row s
  std::int64_t tokens = 0;
  Tensor mask = {};  ///< [S*N] f32, host: 1 where a row has that token, else 0; undefined: everywhere

  std::int64_t rows() const { return tokens == 0 ? 0 : m.size(0) / tokens; }
};

}  // namespace groel::nn::folding
