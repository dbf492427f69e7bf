// layer_norm written exactly as its definition, for tests.
#include <cmath>

#include "ops/norm.h"
#include "ops/view.h"

namespace groel::ops::reference {

Tensor layer_norm(const Tensor& x, const LayerNormOptions& options) {
  const auto in = matrix<float>(x);
  const float* gain = optional_vector(options.gain, in.columns);
  const float* bias = optional_vector(options.bias, in.columns);
  Tensor out = Tensor::empty(x.shape());
  const auto y = mutable_matrix<float>(out);
  for (std::int64_t r = 0; r < in.rows; ++r) {
    double mean = 0;
    for (std::int64_t i = 0; i < in.columns; ++i) mean += in.row(r)[i];
    mean /= static_cast<double>(in.columns);
    double variance = 0;
    for (std::int64_t i = 0; i < in.columns; ++i) variance += (in.row(r)[i] - mean) * (in.row(r)[i] - mean);
    variance /= static_cast<double>(in.columns);
    for (std::int64_t i = 0; i < in.columns; ++i) {
      const double normal = (in.row(r)[i] - mean) / std::sqrt(variance + static_cast<double>(options.epsilon));
      y.row(r)[i] =
          static_cast<float>(normal * (gain != nullptr ? gain[i] : 1.0F) + (bias != nullptr ? bias[i] : 0.0F));
    }
  }
  return out.to(options.output);
}

}  // namespace groel::ops::reference
