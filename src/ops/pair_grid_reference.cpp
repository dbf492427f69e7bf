// Grids of pairs written exactly as their definitions, for tests.
#include "ops/pair_grid.h"
#include "ops/view.h"

namespace groel::ops::reference {

Tensor take_columns(const Tensor& z, const GridColumns& columns) {
  const auto from = matrix<float>(z);
  Tensor x = Tensor::empty({(columns.end - columns.begin) * columns.n, from.columns});
  const auto to = mutable_matrix<float>(x);
  for (std::int64_t j = columns.begin; j < columns.end; ++j)
    for (std::int64_t k = 0; k < columns.n; ++k)
      for (std::int64_t c = 0; c < from.columns; ++c)
        to.row((j - columns.begin) * columns.n + k)[c] = from.row(k * columns.n + j)[c];
  return x;
}

void add_columns(const Tensor& x, const GridColumns& columns, Tensor& z) {
  const auto from = matrix<float>(x);
  const auto to = mutable_matrix<float>(z);
  for (std::int64_t j = columns.begin; j < columns.end; ++j)
    for (std::int64_t k = 0; k < columns.n; ++k)
      for (std::int64_t c = 0; c < from.columns; ++c)
        to.row(k * columns.n + j)[c] += from.row((j - columns.begin) * columns.n + k)[c];
}

void multiply_planes(Tensor& a, const Tensor& b, std::int64_t n) {
  const Tensor before = a.clone();
  for (std::int64_t c = 0; c < a.size(0); ++c) {
    const float* left = matrix<float>(before).row(c);
    const float* right = matrix<float>(b).row(c);
    float* to = mutable_matrix<float>(a).row(c);
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
