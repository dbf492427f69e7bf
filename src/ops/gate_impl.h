// The CPU kernel of gate: rows [begin, end).
#pragma once

#include "ops/gate.h"
#include "ops/row_range.h"

namespace groel::ops::cpu {

void gate(const Tensor& x, const Tensor& g, const GateOptions& options, RowRange rows, Tensor& y);

}  // namespace groel::ops::cpu
