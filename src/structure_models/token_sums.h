// Sums of what is said of two tokens, for every pair of them.
#pragma once

#include "tensor/tensor.h"

namespace groel::structure_models {

/// z [N*N, C] f32, row i*N + j: += row[i] + column[j]; both [N, C] f32.
void add_token_sums(const Tensor& row, const Tensor& column, Tensor& z);

}  // namespace groel::structure_models
