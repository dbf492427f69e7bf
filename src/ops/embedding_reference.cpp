// embedding written exactly as its definition, for tests.
#include "ops/embedding.h"
#include "ops/view.h"

namespace groel::ops::reference {

Tensor embedding(const Tensor& table, const Tensor& ids, const Tensor& scale) {
  Tensor out = Tensor::zeros({ids.size(0), table.size(1)});
  for (std::int64_t t = 0; t < ids.size(0); ++t) {
    const float factor = scale.defined() ? scale.data<float>()[t] : 1.0F;
    const float* row = matrix<float>(table).row(ids.data<std::int32_t>()[t]);
    for (std::int64_t i = 0; i < table.size(1) && factor != 0.0F; ++i)
      mutable_matrix<float>(out).row(t)[i] = row[i] * factor;
  }
  return out;
}

}  // namespace groel::ops::reference
