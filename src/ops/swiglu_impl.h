// The CPU kernels of swiglu: rows [begin, end).
#pragma once

#include "ops/row_range.h"
#include "ops/swiglu.h"

namespace groel::ops::cpu {

void swiglu(const Tensor& x, RowRange rows, Tensor& y);
void swiglu_grad(const Tensor& x, const Tensor& dy, RowRange rows, Tensor& dx);

}  // namespace groel::ops::cpu
