// Grids of pairs written exactly as their definitions, for tests.
#include "ops/pair_grid.h"
#include "ops/view.h"

namespace groel::ops::reference {

Tensor take_columns(const Tensor& z, const ColumnPairs& pairs) {
  const auto from = matrix<float>(z);
  Tensor x = Tensor::empty({pairs.end - pairs.begin, from.columns});
  const auto to = mutable_matrix<float>(x);
  for (std::int64_t at = pairs.begin; at < pairs.end; ++at)
    for (std::int64_t c = 0; c < from.columns; ++c)
      to.row(at - pairs.begin)[c] = from.row(at % pairs.n * pairs.n + at / pairs.n)[c];
  return x;
}

void add_columns(const Tensor& x, const ColumnPairs& pairs, Tensor& z) {
  const auto from = matrix<float>(x);
  const auto to = mutable_matrix<float>(z);
  for (std::int64_t at = pairs.begin; at < pairs.end; ++at)
    for (std::int64_t c = 0; c < from.columns; ++c)
      to.row(at % pairs.n * pairs.n + at / pairs.n)[c] += from.row(at - pairs.begin)[c];
}

void multiply_planes(const Tensor& a, const Tensor& b, std::int64_t n, Tensor& product) {
  const Tensor lefts = a.to(DType::f32), rights = b.to(DType::f32);
  for (std::int64_t c = 0; c < a.size(0); ++c) {
    const float* left = matrix<float>(lefts).row(c);
    const float* right = matrix<float>(rights).row(c);
    float* to = mutable_matrix<float>(product).row(c);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::int64_t k = 0; k < n; ++k) sum += static_cast<double>(left[i * n + k]) * right[j * n + k];
        to[i * n + j] = static_cast<float>(sum);
      }
  }
}

Tensor blocks_as_rows(const Tensor& x, const Blocks& blocks) {
  const auto from = matrix<float>(x);
  const std::int64_t across = from.columns / blocks.columns;
  Tensor y = Tensor::empty({from.rows / blocks.rows * across, blocks.rows * blocks.columns});
  const auto to = mutable_matrix<float>(y);
  for (std::int64_t i = 0; i < from.rows; ++i)
    for (std::int64_t j = 0; j < from.columns; ++j)
      to.row(i / blocks.rows * across + j / blocks.columns)[i % blocks.rows * blocks.columns + j % blocks.columns] =
          from.row(i)[j];
  return y;
}

}  // namespace groel::ops::reference
