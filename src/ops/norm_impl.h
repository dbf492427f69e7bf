// The CPU backend of layer_norm.
#pragma once

#include "ops/norm.h"
#include "ops/row_range.h"

namespace groel::ops::cpu {

/// Rows [begin, end) of out; everything is checked.
void layer_norm(const Tensor& x, const LayerNormOptions& options, RowRange rows, Tensor& out);

}  // namespace groel::ops::cpu
