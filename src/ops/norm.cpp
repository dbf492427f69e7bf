// layer_norm: checks, and the loop over threads.
#include "ops/norm.h"

#include <algorithm>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/norm_impl.h"
#include "ops/view.h"

namespace groel::ops {

Tensor layer_norm(const Tensor& x, const LayerNormOptions& options) {
  GROEL_REQUIRE(x.rank() == 2 && x.size(1) > 0 && x.dtype() == DType::f32);
  GROEL_REQUIRE(options.output == DType::f32 || options.output == DType::bf16);
  check_vector(options.gain, x.size(1));
  check_vector(options.bias, x.size(1));
  Tensor out = Tensor::empty(x.shape(), options.output, x.device());
  backend(x).layer_norm(x, options, out);
  return out;
}

void cpu::layer_norm(const Tensor& x, const LayerNormOptions& options, Tensor& y) {
  const ProfileScope scope("layer_norm");
  const std::int64_t rows = x.size(0);
  const std::int64_t step = rows_a_task(x.size(1));
  parallel_for(ceil_div(rows, step), [&](std::int64_t task) {
    layer_norm(x, options, {task * step, std::min(rows, (task + 1) * step)}, y);
  });
}

}  // namespace groel::ops
