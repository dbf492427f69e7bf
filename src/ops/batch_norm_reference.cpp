// Batch normalisation written exactly as its definition, column by column in double precision, for tests.
#include <cmath>

#include "ops/batch_norm.h"
#include "ops/view.h"

namespace groel::ops::reference {

BatchStatistics batch_statistics(const Tensor& x) {
  BatchStatistics out{Tensor::empty({x.size(1)}), Tensor::empty({x.size(1)})};
  const auto in = matrix<float>(x);
  for (std::int64_t c = 0; c < in.columns; ++c) {
    double mean = 0;
    double variance = 0;
    for (std::int64_t r = 0; r < in.rows; ++r) mean += in.row(r)[c] / static_cast<double>(in.rows);
    for (std::int64_t r = 0; r < in.rows; ++r)
      variance += (in.row(r)[c] - mean) * (in.row(r)[c] - mean) / static_cast<double>(in.rows);
    out.mean.mutable_data<float>()[c] = static_cast<float>(mean);
    out.variance.mutable_data<float>()[c] = static_cast<float>(variance);
  }
  return out;
}

Tensor batch_norm(const Tensor& x, const BatchStatistics& statistics, const BatchNormOptions& options) {
  Tensor y = Tensor::empty(x.shape());
  for (std::int64_t r = 0; r < x.size(0); ++r)
    for (std::int64_t c = 0; c < x.size(1); ++c) {
      const double deviation = std::sqrt(statistics.variance.data<float>()[c] + double{options.epsilon});
      const double normal = (double{matrix<float>(x).row(r)[c]} - statistics.mean.data<float>()[c]) / deviation;
      mutable_matrix<float>(y).row(r)[c] =
          static_cast<float>(normal * options.gain.data<float>()[c] + options.bias.data<float>()[c]);
    }
  return y;
}

// By the chain rule through mean and variance, each as a term of its own.
void batch_norm_grad(const BatchNormForward& forward, const BatchNormOptions& options, const Tensor& dy,
                     BatchNormGradients& to) {
  const auto in = matrix<float>(forward.x);
  const auto slope = matrix<float>(dy);
  const auto count = static_cast<double>(in.rows);
  for (std::int64_t c = 0; c < in.columns; ++c) {
    const double mean = forward.statistics.mean.data<float>()[c];
    const double spread = forward.statistics.variance.data<float>()[c] + double{options.epsilon};
    const double gain = options.gain.data<float>()[c];
    double gain_sum = 0, bias_sum = 0, of_variance = 0, of_mean = 0;
    for (std::int64_t r = 0; r < in.rows; ++r) {
      const double d = in.row(r)[c] - mean;
      gain_sum += slope.row(r)[c] * d / std::sqrt(spread);
      bias_sum += slope.row(r)[c];
      of_variance += slope.row(r)[c] * gain * d * -0.5 * std::pow(spread, -1.5);
      of_mean -= slope.row(r)[c] * gain / std::sqrt(spread);
    }
    if (to.gain.defined()) to.gain.mutable_data<float>()[c] += static_cast<float>(gain_sum);
    if (to.bias.defined()) to.bias.mutable_data<float>()[c] += static_cast<float>(bias_sum);
    for (std::int64_t r = 0; r < in.rows && to.x.defined(); ++r) {
      double dx = slope.row(r)[c] * gain / std::sqrt(spread);
      if (forward.of == StatisticsOf::rows) dx += of_variance * 2 * (in.row(r)[c] - mean) / count + of_mean / count;
      mutable_matrix<float>(to.x).row(r)[c] = static_cast<float>(dx);
    }
  }
}

}  // namespace groel::ops::reference
