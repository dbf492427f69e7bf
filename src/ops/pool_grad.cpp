// Spreading gradients over segments.
#include "ops/pool_grad.h"

#include "base/error.h"
#include "base/threads.h"

namespace groel::ops {

Tensor segment_mean_grad(const Tensor& dy, const Segments& segments, std::int64_t tokens) {
  GROEL_REQUIRE(dy.rank() == 2 && dy.contiguous() && dy.size(0) == segments.begin.size(0));
  const std::int64_t width = dy.size(1);
  Tensor out = Tensor::zeros({tokens, width});
  float* to = out.mutable_data<float>();
  const float* from = dy.data<float>();
  const auto begin = segments.begin.values<std::int32_t>();
  const auto end = segments.end.values<std::int32_t>();
  parallel_for(dy.size(0), [&](std::int64_t s) {
    const auto at = static_cast<std::size_t>(s);
    GROEL_REQUIRE(begin[at] >= 0 && end[at] <= tokens);
    const auto count = static_cast<float>(end[at] - begin[at]);
    for (std::int64_t t = begin[at]; t < end[at]; ++t)
      for (std::int64_t i = 0; i < width; ++i) to[t * width + i] = from[s * width + i] / count;
  });
  return out;
}

}  // namespace groel::ops
