// Elementwise operators: checks, and the loop over threads.
#include "ops/elementwise.h"

#include <algorithm>

#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/elementwise_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

Tensor packed(const Tensor& x) {
  GROEL_REQUIRE(x.defined() && x.dtype() == DType::f32);
  return x.contiguous() ? x : x.clone();
}

Tensor like(const Tensor& x) { return Tensor::empty(x.shape(), DType::f32, x.device()); }

void check_rows(const Tensor& x) { GROEL_REQUIRE(x.rank() == 2 && x.size(1) > 0 && x.dtype() == DType::f32); }

// body(first element, count) over all elements, in runs that fit in the cache.
template <class Body>
void for_runs(std::int64_t count, const Body& body) {
  constexpr std::int64_t kRun = 1 << 14;
  parallel_for(ceil_div(count, kRun), [&](std::int64_t run) {
    const std::int64_t begin = run * kRun;
    body(begin, std::min(kRun, count - begin));
  });
}

template <class Row>
void for_rows(const Tensor& x, Tensor& out, const Row& row) {
  const auto in = matrix<float>(x);
  const auto y = mutable_matrix<float>(out);
  const std::int64_t step = rows_a_task(in.columns);
  parallel_for(ceil_div(in.rows, step), [&](std::int64_t task) {
    for (std::int64_t r = task * step; r < std::min(in.rows, (task + 1) * step); ++r)
      row(in.row(r), y.row(r), in.columns);
  });
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  GROEL_REQUIRE(a.shape() == b.shape());
  const Tensor x = packed(a);
  const Tensor y = packed(b);
  Tensor out = like(a);
  backend(x).add(x, y, out);
  return out;
}

Tensor scale(const Tensor& x, float factor) {
  const Tensor from = packed(x);
  Tensor out = like(x);
  backend(x).scale(from, factor, out);
  return out;
}

Tensor activate(const Tensor& x, Activation activation) {
  const Tensor from = packed(x);
  Tensor out = like(x);
  backend(x).activate(from, activation, out);
  return out;
}

Tensor softmax(const Tensor& x) {
  check_rows(x);
  Tensor out = like(x);
  backend(x).softmax(x, out);
  return out;
}

Tensor log_softmax(const Tensor& x) {
  check_rows(x);
  Tensor out = like(x);
  backend(x).log_softmax(x, out);
  return out;
}

namespace cpu {

void add(const Tensor& a, const Tensor& b, Tensor& y) {
  float* to = y.mutable_data<float>();
  for_runs(y.count(),
           [&](std::int64_t i, std::int64_t n) { add(a.data<float>() + i, b.data<float>() + i, to + i, n); });
}

void scale(const Tensor& x, float factor, Tensor& y) {
  float* to = y.mutable_data<float>();
  for_runs(y.count(), [&](std::int64_t i, std::int64_t n) { scale(x.data<float>() + i, factor, to + i, n); });
}

void activate(const Tensor& x, Activation activation, Tensor& y) {
  float* to = y.mutable_data<float>();
  for_runs(y.count(), [&](std::int64_t i, std::int64_t n) { activate(x.data<float>() + i, activation, to + i, n); });
}

void softmax(const Tensor& x, Tensor& y) {
  for_rows(x, y, [](const float* from, float* to, std::int64_t width) { softmax(from, to, width); });
}

void log_softmax(const Tensor& x, Tensor& y) {
  for_rows(x, y, [](const float* from, float* to, std::int64_t width) { log_softmax(from, to, width); });
}

}  // namespace cpu
}  // namespace groel::ops
