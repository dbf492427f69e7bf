// embedding: copies rows of a table; memory is the limit, so plain loops are fast enough.
#include "ops/embedding.h"

#include <algorithm>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

void check(const Tensor& table, const Tensor& ids, const Tensor& scale) {
  GROEL_REQUIRE(table.rank() == 2 && ids.rank() == 1);
  GROEL_REQUIRE(!scale.defined() || scale.shape() == ids.shape());
  for (const std::int32_t id : ids.values<std::int32_t>())
    if (id < 0 || id >= table.size(0))
      throw Error(ErrorKind::internal,
                  fmt::format("token id {} is outside an embedding of {} rows", id, table.size(0)));
}

// A factor of 0 is a mask: zeros even where the table holds -x or NaN.
void copy_scaled(const float* from, float factor, float* to, std::int64_t width) {
  if (factor == 1.0F)
    std::copy_n(from, width, to);
  else if (factor == 0.0F)
    std::fill_n(to, width, 0.0F);
  else
    for (std::int64_t i = 0; i < width; ++i) to[i] = from[i] * factor;
}

void embed_row(const Tensor& table, const Tensor& ids, const Tensor& scale, std::int64_t t, Tensor& out) {
  const float factor = scale.defined() ? scale.data<float>()[t] : 1.0F;
  copy_scaled(matrix<float>(table).row(ids.data<std::int32_t>()[t]), factor, mutable_matrix<float>(out).row(t),
              table.size(1));
}

}  // namespace

Tensor embedding(const Tensor& table, const Tensor& ids, const Tensor& scale) {
  check(table, ids, scale);
  Tensor out = Tensor::empty({ids.size(0), table.size(1)}, DType::f32, table.device());
  backend(table).embedding(table, ids, scale, out);
  return out;
}

void cpu::embedding(const Tensor& table, const Tensor& ids, const Tensor& scale, Tensor& y) {
  const ProfileScope scope("embedding");
  const std::int64_t tokens = ids.size(0);
  const std::int64_t step = rows_a_task(table.size(1));
  parallel_for(ceil_div(tokens, step), [&](std::int64_t task) {
    for (std::int64_t t = task * step; t < std::min(tokens, (task + 1) * step); ++t) embed_row(table, ids, scale, t, y);
  });
}

}  // namespace groel::ops
