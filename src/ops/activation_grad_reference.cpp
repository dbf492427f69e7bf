// Derivatives of activations written exactly as their definitions, for tests.
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "ops/activation_grad.h"

namespace groel::ops::reference {
namespace {

double slope(double x, Activation activation) {
  if (activation == Activation::none) return 1;
  if (activation == Activation::relu) return x > 0 ? 1 : 0;
  if (activation == Activation::gelu_erf)
    return 0.5 * (1 + std::erf(x / std::numbers::sqrt2)) + x * std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
  const double factor = std::sqrt(2 / std::numbers::pi);
  const double tanh = std::tanh(factor * (x + 0.044715 * x * x * x));
  return 0.5 * (1 + tanh) + 0.5 * x * (1 - tanh * tanh) * factor * (1 + 3 * 0.044715 * x * x);
}

}  // namespace

Tensor activation_grad(const Tensor& x, const Tensor& dy, Activation activation, DType output) {
  const Tensor in = x.to(DType::f32);
  Tensor out = Tensor::empty(x.shape());
  for (std::int64_t i = 0; i < x.count(); ++i)
    out.mutable_data<float>()[i] = static_cast<float>(dy.data<float>()[i] * slope(in.data<float>()[i], activation));
  return out.to(output);
}

}  // namespace groel::ops::reference
