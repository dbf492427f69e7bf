// The CPU backend of layer_norm.
#pragma once

#include "ops/norm.h"

namespace groel::ops::cpu {

/// Rows [begin, end) of out; everything is checked.
struct RowRange {
  std::int64_t begin;
  std::int64_t end;
};
void layer_norm(const Tensor& x, const LayerNormOptions& options, RowRange rows, Tensor& out);

}  // namespace groel::ops::cpu
