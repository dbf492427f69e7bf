// linear written exactly as its definition, for tests.
#include <cmath>

#include "ops/linear.h"
#include "ops/reference.h"
#include "ops/view.h"

namespace groel::ops::reference {

double activate(double x, Activation activation) {
  switch (activation) {
    case Activation::none: return x;
    case Activation::gelu_erf: return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::gelu_tanh: return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::relu: return x < 0 ? 0 : x;
  }
  return x;
}

Tensor linear(const Tensor& x, const Tensor& weight, const LinearOptions& options) {
  const Tensor x32 = x.to(DType::f32);
  const Tensor w32 = weight.to(DType::f32);
  Tensor y = options.into.defined() ? options.into : Tensor::empty({x.size(0), weight.size(0)});
  const auto a = matrix<float>(x32);
  const auto w = matrix<float>(w32);
  const auto out = mutable_matrix<float>(y);
  GROEL_REQUIRE(a.columns == w.columns && out.rows == a.rows && out.columns == w.rows);
  const float* bias = optional_vector(options.bias, w.rows);
  for (std::int64_t t = 0; t < a.rows; ++t)
    for (std::int64_t o = 0; o < w.rows; ++o) {
      double sum = bias != nullptr ? bias[o] : 0.0;
      for (std::int64_t i = 0; i < a.columns; ++i) sum += static_cast<double>(a.row(t)[i]) * w.row(o)[i];
      double value = activate(sum, options.activation);
      if (options.residual.defined()) value += matrix<float>(options.residual).row(t)[o];
      out.row(t)[o] = static_cast<float>(value);
    }
  return y.to(options.output);
}

}  // namespace groel::ops::reference
