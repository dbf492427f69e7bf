// rotary written exactly as its definition, for tests.
#include "ops/rotary_impl.h"
#include "ops/view.h"

namespace groel::ops::reference {

void rotary_inplace(Tensor& x, const RotaryTable& table, const Tensor& cu_seqlens, const RotaryOptions& options) {
  check_rotary(x, table, cu_seqlens, options);
  const auto bounds = cu_seqlens.values<std::int32_t>();
  const auto rows = mutable_matrix<float>(x);
  const std::int64_t half = table.cosine.size(1);
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int64_t t = bounds[b]; t < bounds[b + 1]; ++t)
      for (std::int64_t h = 0; h < options.heads; ++h)
        for (std::int64_t i = 0; i < half; ++i) {
          float& first = rows.row(t)[2 * h * half + i];
          float& second = rows.row(t)[2 * h * half + half + i];
          const double cosine = matrix<float>(table.cosine).row(t - bounds[b])[i];
          const double sine = matrix<float>(table.sine).row(t - bounds[b])[i];
          const double u = static_cast<double>(first) * options.scale;
          const double v = static_cast<double>(second) * options.scale;
          first = static_cast<float>(u * cosine - v * sine);
          second = static_cast<float>(v * cosine + u * sine);
        }
}

}  // namespace groel::ops::reference
