// Spreads gradients over segments.
#include "ops/pool_grad.h"

#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/pool_impl.h"
#include "ops/view.h"

namespace groel::ops {

Tensor segment_mean_grad(const Tensor& dy, const Segments& segments, std::int64_t tokens) {
  GROEL_REQUIRE(dy.rank() == 2 && dy.contiguous() && dy.size(0) == segments.begin.size(0));
  const auto end = segments.end.values<std::int32_t>();
  for (const std::int32_t one : end) GROEL_REQUIRE(one <= tokens);
  Tensor out = Tensor::zeros({tokens, dy.size(1)}, DType::f32, dy.device());
  backend(dy).segment_mean_grad(dy, segments, out);
  return out;
}

Tensor segment_max_grad(const SegmentMax& forward, const Tensor& dy) {
  const Tensor& x = forward.x;
  check_segments(x, forward.segments);
  GROEL_REQUIRE(forward.y.shape() == dy.shape() && dy.size(0) == forward.segments.begin.size(0));
  GROEL_REQUIRE(dy.contiguous() && dy.size(1) == x.size(1));
  Tensor out = Tensor::zeros(x.shape(), DType::f32, dy.device());
  backend(dy).segment_max_grad(forward, dy, out);
  return out;
}

void cpu::segment_max_grad(const SegmentMax& forward, const Tensor& dy, Tensor& dx) {
  const auto x = matrix<float>(forward.x), y = matrix<float>(forward.y), slope = matrix<float>(dy);
  const auto out = mutable_matrix<float>(dx);
  parallel_for(dy.size(0), [&](std::int64_t s) {
    std::vector<char> given(static_cast<std::size_t>(x.columns));
    const std::int64_t begin = forward.segments.begin.data<std::int32_t>()[s];
    for (std::int64_t t = begin; t < forward.segments.end.data<std::int32_t>()[s]; ++t)
      for (std::int64_t i = 0; i < x.columns; ++i) {
        char& done = given[static_cast<std::size_t>(i)];
        if (done != 0 || x.row(t)[i] != y.row(s)[i]) continue;
        done = 1;
        out.row(t)[i] = slope.row(s)[i];
      }
  });
}

void cpu::segment_mean_grad(const Tensor& dy, const Segments& segments, Tensor& dx) {
  const std::int64_t width = dy.size(1);
  float* to = dx.mutable_data<float>();
  const float* from = dy.data<float>();
  const auto begin = segments.begin.values<std::int32_t>();
  const auto end = segments.end.values<std::int32_t>();
  parallel_for(dy.size(0), [&](std::int64_t s) {
    const auto at = static_cast<std::size_t>(s);
    GROEL_REQUIRE(begin[at] >= 0);
    const auto count = static_cast<float>(end[at] - begin[at]);
    for (std::int64_t t = begin[at]; t < end[at]; ++t)
      for (std::int64_t i = 0; i < width; ++i) to[t * width + i] = from[s * width + i] / count;
  });
}

}  // namespace groel::ops
