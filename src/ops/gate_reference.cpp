// gate written exactly as its definition, for tests.
#include <cmath>

#include "ops/gate.h"
#include "ops/view.h"

namespace groel::ops::reference {

Tensor gate(const Tensor& x, const Tensor& g, const GateOptions& options) {
  const auto in = matrix<float>(x);
  Tensor out = Tensor::empty(x.shape());
  const auto y = mutable_matrix<float>(out);
  for (std::int64_t t = 0; t < in.rows; ++t)
    for (std::int64_t i = 0; i < in.columns; ++i) {
      double value = in.row(t)[i];
      if (g.defined()) value /= 1 + std::exp(-static_cast<double>(matrix<float>(g).row(t)[i]));
      if (options.factor.defined()) value *= static_cast<double>(options.factor.data<float>()[t]);
      if (options.residual.defined()) value += static_cast<double>(matrix<float>(options.residual).row(t)[i]);
      y.row(t)[i] = static_cast<float>(value);
    }
  return out.to(options.output);
}

}  // namespace groel::ops::reference
