// swiglu: checks, and the loop over threads.
#include "ops/swiglu.h"

#include <algorithm>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/dispatch.h"
#include "ops/swiglu_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

bool is_float(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16; }

void check(const Tensor& x) {
  GROEL_REQUIRE(x.rank() == 2 && x.size(1) > 0 && x.size(1) % 2 == 0 && is_float(x.dtype()));
  require_cpu(x);
}

template <class Body>
void for_row_ranges(const Tensor& x, const Body& body) {
  const std::int64_t step = rows_a_task(x.size(1));
  parallel_for(ceil_div(x.size(0), step), [&](std::int64_t task) {
    body(cpu::RowRange{task * step, std::min(x.size(0), (task + 1) * step)});
  });
}

}  // namespace

Tensor swiglu(const Tensor& x, DType output) {
  check(x);
  GROEL_REQUIRE(is_float(output));
  const ProfileScope scope("swiglu");
  Tensor y = Tensor::empty({x.size(0), x.size(1) / 2}, output);
  for_row_ranges(x, [&](cpu::RowRange rows) { cpu::swiglu(x, rows, y); });
  return y;
}

Tensor swiglu_grad(const Tensor& x, const Tensor& dy) {
  check(x);
  GROEL_REQUIRE(dy.dtype() == DType::f32 && dy.shape() == (Shape{x.size(0), x.size(1) / 2}));
  const ProfileScope scope("swiglu_grad");
  Tensor dx = Tensor::empty(x.shape());
  for_row_ranges(x, [&](cpu::RowRange rows) { cpu::swiglu_grad(x, dy, rows, dx); });
  return dx;
}

}  // namespace groel::ops
