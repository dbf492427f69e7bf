// rotary: the table, checks, and the loop over threads.
#include "ops/rotary.h"

#include <algorithm>
#include <cmath>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/rotary_impl.h"
#include "ops/view.h"

namespace groel::ops {

RotaryTable rotary_table(const Tensor& inv_freq, std::int64_t positions) {
  GROEL_REQUIRE(inv_freq.rank() == 1 && positions >= 0);
  const Shape shape{positions, inv_freq.size(0)};
  RotaryTable table{Tensor::empty(shape, DType::f32, inv_freq.device()),
                    Tensor::empty(shape, DType::f32, inv_freq.device())};
  backend(inv_freq).rotary_table(inv_freq, table);
  return table;
}

void cpu::rotary_table(const Tensor& inv_freq, RotaryTable& table) {
  const auto frequencies = inv_freq.values<float>();
  const auto half = static_cast<std::int64_t>(frequencies.size());
  const std::int64_t positions = table.cosine.size(0);
  const auto cosine = mutable_matrix<float>(table.cosine);
  const auto sine = mutable_matrix<float>(table.sine);
  const std::int64_t step = rows_a_task(half, 1 << 10);
  parallel_for(ceil_div(positions, step), [&](std::int64_t task) {
    for (std::int64_t p = task * step; p < std::min(positions, (task + 1) * step); ++p)
      for (std::int64_t i = 0; i < half; ++i) {
        const float angle = static_cast<float>(p) * frequencies[static_cast<std::size_t>(i)];  // rounded, as torch does
        cosine.row(p)[i] = static_cast<float>(std::cos(static_cast<double>(angle)));
        sine.row(p)[i] = static_cast<float>(std::sin(static_cast<double>(angle)));
      }
  });
}

void check_rotary(const Tensor& x, const RotaryTable& table, const Tensor& cu_seqlens, const RotaryOptions& options) {
  GROEL_REQUIRE(x.rank() == 2 && options.heads > 0 && table.cosine.rank() == 2);
  GROEL_REQUIRE(x.size(1) == options.heads * 2 * table.cosine.size(1) && table.sine.shape() == table.cosine.shape());
  const auto bounds = sequence_bounds(cu_seqlens, x.size(0));
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    GROEL_REQUIRE(bounds[b + 1] - bounds[b] <= table.cosine.size(0));  // a sequence is longer than the table
}

void rotary_inplace(Tensor& x, const RotaryTable& table, const Tensor& cu_seqlens, const RotaryOptions& options) {
  check_rotary(x, table, cu_seqlens, options);
  backend(x).rotary_inplace(x, table, cu_seqlens, options);
}

void cpu::rotary_inplace(Tensor& x, const RotaryTable& table, const Tensor& cu_seqlens, const RotaryOptions& options) {
  const ProfileScope scope("rotary");
  const auto bounds = cu_seqlens.values<std::int32_t>();
  const auto rows = mutable_matrix<float>(x);
  const std::int64_t step = rows_a_task(rows.columns);
  parallel_for(ceil_div(rows.rows, step), [&](std::int64_t task) {
    const std::int64_t begin = task * step;
    auto start = std::upper_bound(bounds.begin(), bounds.end(), begin) - 1;
    for (std::int64_t t = begin; t < std::min(rows.rows, begin + step); ++t) {
      while (start[1] <= t) ++start;
      const std::int64_t position = t - *start;
      rotate({rows.row(t), rows.row(t), matrix<float>(table.cosine).row(position),
              matrix<float>(table.sine).row(position), options.heads, table.cosine.size(1), options.scale});
    }
  });
}

}  // namespace groel::ops
