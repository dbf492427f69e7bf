// Reductions over tokens written exactly as their definitions, for tests.
#include <cmath>

#include "ops/pool_impl.h"
#include "ops/view.h"

namespace groel::ops::reference {

Tensor segment_mean(const Tensor& x, const Segments& segments) {
  const std::int64_t count = check_segments(x, segments);
  const auto in = matrix<float>(x);
  Tensor out = Tensor::zeros({count, in.columns});
  for (std::int64_t s = 0; s < count; ++s) {
    const std::int64_t begin = segments.begin.data<std::int32_t>()[s];
    const std::int64_t end = segments.end.data<std::int32_t>()[s];
    for (std::int64_t i = 0; i < in.columns && begin < end; ++i) {
      double total = 0;
      for (std::int64_t t = begin; t < end; ++t) total += in.row(t)[i];
      mutable_matrix<float>(out).row(s)[i] = static_cast<float>(total / static_cast<double>(end - begin));
    }
  }
  return out;
}

Tensor segment_max(const Tensor& x, const Segments& segments) {
  const std::int64_t count = check_segments(x, segments);
  const auto in = matrix<float>(x);
  Tensor out = Tensor::zeros({count, in.columns});
  for (std::int64_t s = 0; s < count; ++s) {
    const std::int64_t begin = segments.begin.data<std::int32_t>()[s];
    const std::int64_t end = segments.end.data<std::int32_t>()[s];
    for (std::int64_t i = 0; i < in.columns && begin < end; ++i) {
      float highest = in.row(begin)[i];
      for (std::int64_t t = begin; t < end; ++t) {
        const float value = in.row(t)[i];
        if (value > highest || std::isnan(value)) highest = value;
      }
      mutable_matrix<float>(out).row(s)[i] = highest;
    }
  }
  return out;
}

}  // namespace groel::ops::reference
