// Elementwise operators: checks, and the loop over threads.
#include "ops/elementwise.h"

#include <algorithm>

#include "base/threads.h"
#include "ops/dispatch.h"
#include "ops/elementwise_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

Tensor packed(const Tensor& x) {
  GROEL_REQUIRE(x.defined() && x.dtype() == DType::f32);
  require_cpu(x);
  return x.contiguous() ? x : x.clone();
}

// body(first element, count) over a new tensor of x's shape, in runs that fit in the cache.
template <class Body>
void for_runs(std::int64_t count, const Body& body) {
  constexpr std::int64_t kRun = 1 << 14;
  parallel_for(ceil_div(count, kRun), [&](std::int64_t run) {
    const std::int64_t begin = run * kRun;
    body(begin, std::min(kRun, count - begin));
  });
}

template <class Row>
Tensor for_rows(const Tensor& x, const Row& row) {
  const auto in = matrix<float>(x);
  require_cpu(x);
  GROEL_REQUIRE(in.columns > 0);
  Tensor out = Tensor::empty(x.shape());
  const auto y = mutable_matrix<float>(out);
  const std::int64_t step = rows_a_task(in.columns);
  parallel_for(ceil_div(in.rows, step), [&](std::int64_t task) {
    for (std::int64_t r = task * step; r < std::min(in.rows, (task + 1) * step); ++r)
      row(in.row(r), y.row(r), in.columns);
  });
  return out;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  GROEL_REQUIRE(a.shape() == b.shape());
  const Tensor x = packed(a);
  const Tensor y = packed(b);
  Tensor out = Tensor::empty(a.shape());
  float* to = out.mutable_data<float>();
  for_runs(out.count(),
           [&](std::int64_t i, std::int64_t n) { cpu::add(x.data<float>() + i, y.data<float>() + i, to + i, n); });
  return out;
}

Tensor scale(const Tensor& x, float factor) {
  const Tensor from = packed(x);
  Tensor out = Tensor::empty(x.shape());
  float* to = out.mutable_data<float>();
  for_runs(out.count(), [&](std::int64_t i, std::int64_t n) { cpu::scale(from.data<float>() + i, factor, to + i, n); });
  return out;
}

Tensor activate(const Tensor& x, Activation activation) {
  const Tensor from = packed(x);
  Tensor out = Tensor::empty(x.shape());
  float* to = out.mutable_data<float>();
  for_runs(out.count(),
           [&](std::int64_t i, std::int64_t n) { cpu::activate(from.data<float>() + i, activation, to + i, n); });
  return out;
}

Tensor softmax(const Tensor& x) { return for_rows(x, cpu::softmax); }
Tensor log_softmax(const Tensor& x) { return for_rows(x, cpu::log_softmax); }

}  // namespace groel::ops
