// The CPU kernels of planes.h: pairs [begin, end).
#pragma once

#include "ops/planes.h"
#include "ops/row_range.h"

namespace groel::ops::cpu {

void gate_planes(const Tensor& x, const Tensor& g, const Tensor& factor, RowRange pairs, Tensor& planes);
void planes_as_rows(const Tensor& planes, RowRange pairs, Tensor& rows);

}  // namespace groel::ops::cpu
