// Reductions over tokens written exactly as their definitions, for tests.
#include <cmath>

#include "ops/attention_pool.h"
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

Tensor attention_pool(const PoolInput& input) {
  const std::int64_t count = check_segments(input.values, input.segments);
  Tensor out = Tensor::zeros({count, input.values.size(1)});
  for (std::int64_t s = 0; s < count; ++s)
    for (std::int64_t i = 0; i < input.values.size(1); ++i) {
      double total = 0, sum = 0;
      for (auto t = input.segments.begin.data<std::int32_t>()[s]; t < input.segments.end.data<std::int32_t>()[s]; ++t) {
        const double weight = std::exp(double{matrix<float>(input.scores).row(t)[i]});
        total += weight;
        sum += weight * matrix<float>(input.values).row(t)[i];
      }
      if (total > 0) mutable_matrix<float>(out).row(s)[i] = static_cast<float>(sum / total);
    }
  return out;
}

}  // namespace groel::ops::reference
