// gate: checks, and the loop over threads.
#include "ops/gate.h"

#include <algorithm>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/gate_impl.h"
#include "ops/view.h"

namespace groel::ops {

Tensor gate(const Tensor& x, const Tensor& g, const GateOptions& options) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32);
  if (g.defined()) GROEL_REQUIRE(g.shape() == x.shape() && g.dtype() == DType::f32);
  GROEL_REQUIRE(options.output == DType::f32 || options.output == DType::bf16);
  check_vector(options.factor, x.size(0));
  if (options.residual.defined())
    GROEL_REQUIRE(options.residual.shape() == x.shape() && options.residual.dtype() == DType::f32);
  if (options.into.defined())
    GROEL_REQUIRE(options.into.shape() == x.shape() && options.into.dtype() == options.output);
  Tensor y = options.into.defined() ? options.into : Tensor::empty(x.shape(), options.output, x.device());
  backend(x).gate(x, g, options, y);
  return y;
}

void cpu::gate(const Tensor& x, const Tensor& g, const GateOptions& options, Tensor& y) {
  const ProfileScope scope("gate");
  const std::int64_t step = rows_a_task(x.size(1));
  parallel_for(ceil_div(x.size(0), step), [&](std::int64_t task) {
    gate(x, g, options, {task * step, std::min(x.size(0), (task + 1) * step)}, y);
  });
}

}  // namespace groel::ops
