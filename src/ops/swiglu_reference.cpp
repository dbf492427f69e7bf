// swiglu and its gradient written exactly as their definitions, for tests.
#include <cmath>

#include "ops/swiglu.h"
#include "ops/view.h"

namespace groel::ops::reference {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

Tensor swiglu(const Tensor& x, DType output) {
  const Tensor values = x.to(DType::f32);
  const auto in = matrix<float>(values);
  Tensor out = Tensor::empty({in.rows, in.columns / 2});
  const auto y = mutable_matrix<float>(out);
  for (std::int64_t t = 0; t < y.rows; ++t)
    for (std::int64_t f = 0; f < y.columns; ++f) {
      const double a = in.row(t)[f];
      y.row(t)[f] = static_cast<float>(a * sigmoid(a) * in.row(t)[y.columns + f]);
    }
  return out.to(output);
}

Tensor swiglu_grad(const Tensor& x, const Tensor& dy) {
  const Tensor values = x.to(DType::f32);
  const auto in = matrix<float>(values);
  const auto d = matrix<float>(dy);
  Tensor out = Tensor::empty(x.shape());
  const auto dx = mutable_matrix<float>(out);
  for (std::int64_t t = 0; t < d.rows; ++t)
    for (std::int64_t f = 0; f < d.columns; ++f) {
      const double a = in.row(t)[f];
      const double b = in.row(t)[d.columns + f];
      const double s = sigmoid(a);
      dx.row(t)[f] = static_cast<float>(d.row(t)[f] * b * s * (1 + a * (1 - s)));
      dx.row(t)[d.columns + f] = static_cast<float>(d.row(t)[f] * a * s);
    }
  return out;
}

}  // namespace groel::ops::reference
