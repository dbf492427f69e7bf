// swiglu: checks, and the loop over threads.
#include "ops/swiglu.h"

#include <algorithm>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/swiglu_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

bool is_float(DType dtype) { return dtype == DType::f32 || dtype == DType::bf16; }

void check(const Tensor& x) {
  GROEL_REQUIRE(x.rank() == 2 && x.size(1) > 0 && x.size(1) % 2 == 0 && is_float(x.dtype()));
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
  Tensor y = Tensor::empty({x.size(0), x.size(1) / 2}, output, x.device());
  backend(x).swiglu(x, y);
  return y;
}

Tensor swiglu_grad(const Tensor& x, const Tensor& dy) {
  check(x);
  GROEL_REQUIRE(dy.dtype() == DType::f32 && dy.shape() == (Shape{x.size(0), x.size(1) / 2}));
  Tensor dx = Tensor::empty(x.shape(), DType::f32, x.device());
  backend(x).swiglu_grad(x, dy, dx);
  return dx;
}

void cpu::swiglu(const Tensor& x, Tensor& y) {
  const ProfileScope scope("swiglu");
  for_row_ranges(x, [&](RowRange rows) { swiglu(x, rows, y); });
}

void cpu::swiglu_grad(const Tensor& x, const Tensor& dy, Tensor& dx) {
  const ProfileScope scope("swiglu_grad");
  for_row_ranges(x, [&](RowRange rows) { swiglu_grad(x, dy, rows, dx); });
}

}  // namespace groel::ops
