// layer_norm_grad written exactly as its definition, in double precision, for tests.
#include <cmath>
#include <vector>

#include "ops/norm_grad.h"
#include "ops/view.h"

namespace groel::ops::reference {

void layer_norm_grad(const Tensor& x, const LayerNormOptions& options, const Tensor& dy, LayerNormGradients& to) {
  const std::int64_t width = x.size(1);
  const auto count = static_cast<double>(width);
  std::vector<double> gain_sum(static_cast<std::size_t>(width));
  std::vector<double> bias_sum(gain_sum.size());
  for (std::int64_t r = 0; r < x.size(0); ++r) {
    const float* in = matrix<float>(x).row(r);
    const float* slope = matrix<float>(dy).row(r);
    double mean = 0;
    double variance = 0;
    for (std::int64_t i = 0; i < width; ++i) mean += in[i] / count;
    for (std::int64_t i = 0; i < width; ++i) variance += (in[i] - mean) * (in[i] - mean) / count;
    const double inverse = 1 / std::sqrt(variance + options.epsilon);
    const auto normal = [&](std::int64_t i) { return (in[i] - mean) * inverse; };
    const auto g = [&](std::int64_t i) {
      return static_cast<double>(slope[i]) * (options.gain.defined() ? options.gain.data<float>()[i] : 1.0F);
    };
    double g_mean = 0;
    double product = 0;
    for (std::int64_t i = 0; i < width; ++i) {
      g_mean += g(i) / count;
      product += g(i) * normal(i) / count;
      gain_sum[static_cast<std::size_t>(i)] += slope[i] * normal(i);
      bias_sum[static_cast<std::size_t>(i)] += slope[i];
    }
    for (std::int64_t i = 0; i < width && to.x.defined(); ++i) {
      float& out = mutable_matrix<float>(to.x).row(r)[i];
      const double d = (g(i) - g_mean - normal(i) * product) * inverse;
      out = static_cast<float>(to.into == Into::add ? out + d : d);
    }
  }
  for (std::int64_t i = 0; i < width; ++i) {
    if (to.gain.defined())
      to.gain.mutable_data<float>()[i] += static_cast<float>(gain_sum[static_cast<std::size_t>(i)]);
    if (to.bias.defined())
      to.bias.mutable_data<float>()[i] += static_cast<float>(bias_sum[static_cast<std::size_t>(i)]);
  }
}

}  // namespace groel::ops::reference
