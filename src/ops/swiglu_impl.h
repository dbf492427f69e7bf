// The CPU kernels of swiglu: rows [begin, end).
#pragma once

#include "ops/swiglu.h"

namespace groel::ops::cpu {

struct RowRange {
  std::int64_t begin;
  std::int64_t end;
};
void swiglu(const Tensor& x, RowRange rows, Tensor& y);
void swiglu_grad(const Tensor& x, const Tensor& dy, RowRange rows, Tensor& dx);

}  // namespace groel::ops::cpu
