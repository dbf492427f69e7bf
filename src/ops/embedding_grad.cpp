// embedding_grad: each thread takes some columns through all tokens, so that sums are always in the tokens' order.
#include "ops/embedding_grad.h"

#include <algorithm>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/embedding.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

void check(const Tensor& dy, const EmbeddingGrad& input, const Tensor& table) {
  GROEL_REQUIRE(dy.rank() == 2 && table.rank() == 2 && dy.size(1) == table.size(1));
  GROEL_REQUIRE(input.ids.shape() == Shape{dy.size(0)});
  GROEL_REQUIRE(!input.scale.defined() || input.scale.shape() == input.ids.shape());
  for (const std::int32_t id : input.ids.values<std::int32_t>()) GROEL_REQUIRE(0 <= id && id < table.size(0));
}

float factor_of(const EmbeddingGrad& input, std::int64_t t) {
  if (input.ids.data<std::int32_t>()[t] == input.ignored) return 0.0F;
  return input.scale.defined() ? input.scale.data<float>()[t] : 1.0F;
}

}  // namespace

void embedding_grad(const Tensor& dy, const EmbeddingGrad& input, Tensor& table) {
  check(dy, input, table);
  backend(dy).embedding_grad(dy, input, table);
}

void cpu::embedding_grad(const Tensor& dy, const EmbeddingGrad& input, Tensor& table) {
  constexpr std::int64_t kColumns = 64;
  const ProfileScope scope("embedding_grad");
  const auto from = matrix<float>(dy);
  const auto to = mutable_matrix<float>(table);
  parallel_for(ceil_div(to.columns, kColumns), [&](std::int64_t slab) {
    const std::int64_t end = std::min(to.columns, (slab + 1) * kColumns);
    for (std::int64_t t = 0; t < from.rows; ++t) {
      const float factor = factor_of(input, t);
      if (factor == 0.0F) continue;
      const float* row = from.row(t);
      float* sum = to.row(input.ids.data<std::int32_t>()[t]);
      for (std::int64_t i = slab * kColumns; i < end; ++i) sum[i] += factor * row[i];
    }
  });
}

Tensor gather_rows(const Tensor& x, const Tensor& rows) { return embedding(x, rows); }

}  // namespace groel::ops

namespace groel::ops::reference {

void embedding_grad(const Tensor& dy, const EmbeddingGrad& input, Tensor& table) {
  for (std::int64_t i = 0; i < table.size(1); ++i)
    for (std::int64_t v = 0; v < table.size(0); ++v) {
      double sum = 0;
      for (std::int64_t t = 0; t < dy.size(0); ++t)
        if (input.ids.data<std::int32_t>()[t] == v && v != input.ignored)
          sum += static_cast<double>(matrix<float>(dy).row(t)[i]) *
                 (input.scale.defined() ? input.scale.data<float>()[t] : 1.0F);
      mutable_matrix<float>(table).row(v)[i] += static_cast<float>(sum);
    }
}

}  // namespace groel::ops::reference
