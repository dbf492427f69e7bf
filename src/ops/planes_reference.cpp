// Planes of channels written exactly as their definitions, for tests.
#include "ops/planes.h"

#include "ops/gate.h"
#include "ops/view.h"
#include "tensor/transpose.h"

namespace groel::ops::reference {

void gate_planes(const Tensor& x, const Tensor& g, const Tensor& factor, Tensor& planes) {
  planes.copy_from(transposed(gate(x, g, {.factor = factor, .output = planes.dtype()})));
}

Tensor planes_as_rows(const Tensor& planes) { return transposed(planes); }

}  // namespace groel::ops::reference
