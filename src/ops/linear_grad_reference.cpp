// linear_grad written exactly as its definition, for tests.
#include <vector>

#include "ops/linear_grad.h"
#include "ops/view.h"

namespace groel::ops::reference {

void linear_grad(const Tensor& x, const Tensor& dy, Precision precision, LinearGradients& to) {
  const auto input = [&](const Tensor& t) {
    return (precision == Precision::bf16 ? t.to(DType::bf16) : t).to(DType::f32);
  };
  const Tensor left = input(dy);
  const Tensor right = input(x);
  const Tensor exact = dy.to(DType::f32);
  for (std::int64_t o = 0; o < dy.size(1); ++o) {
    std::vector<double> row(static_cast<std::size_t>(x.size(1)));
    double sum = 0;
    for (std::int64_t t = 0; t < x.size(0); ++t) {
      const double factor = matrix<float>(left).row(t)[o];
      for (std::size_t i = 0; i < row.size(); ++i) row[i] += factor * matrix<float>(right).row(t)[i];
      sum += matrix<float>(exact).row(t)[o];
    }
    if (to.bias.defined()) to.bias.mutable_data<float>()[o] += static_cast<float>(sum);
    if (!to.weight.defined()) continue;
    float* out = mutable_matrix<float>(to.weight).row(o);
    for (std::size_t i = 0; i < row.size(); ++i) out[i] += static_cast<float>(row[i]);
  }
}

}  // namespace groel::ops::reference
