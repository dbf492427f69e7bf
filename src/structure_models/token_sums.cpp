// Adds up row by row, on all threads.
#include "structure_models/token_sums.h"

#include "base/error.h"
#include "base/threads.h"

namespace groel::structure_models {

void add_token_sums(const Tensor& row, const Tensor& column, Tensor& z) {
  const std::int64_t n = row.size(0), width = row.size(1);
  GROEL_REQUIRE(column.shape() == row.shape() && z.size(0) == n * n && z.size(1) == width);
  const float *rows = row.data<float>(), *columns = column.data<float>();
  float* const to = z.mutable_data<float>();
  parallel_for(n, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t c = 0; c < width; ++c)
        to[(i * n + j) * width + c] += rows[i * width + c] + columns[j * width + c];
  });
}

}  // namespace groel::structure_models
