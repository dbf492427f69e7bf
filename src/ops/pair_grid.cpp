// Grids of pairs: checks, and the CPU's loops over threads.
#include "ops/pair_grid.h"

#include <algorithm>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

void check(const Tensor& z, const GridColumns& columns) {
  GROEL_REQUIRE(z.rank() == 2 && z.dtype() == DType::f32 && z.contiguous() && z.size(0) == columns.n * columns.n);
  GROEL_REQUIRE(0 <= columns.begin && columns.begin <= columns.end && columns.end <= columns.n);
}

}  // namespace

Tensor take_columns(const Tensor& z, const GridColumns& columns) {
  check(z, columns);
  Tensor x = Tensor::empty({(columns.end - columns.begin) * columns.n, z.size(1)}, DType::f32, z.device());
  backend(z).take_columns(z, columns, x);
  return x;
}

void add_columns(const Tensor& x, const GridColumns& columns, Tensor& z) {
  check(z, columns);
  GROEL_REQUIRE(x.dtype() == DType::f32 && x.shape() == (Shape{(columns.end - columns.begin) * columns.n, z.size(1)}));
  backend(z).add_columns(x, columns, z);
}

void multiply_planes(Tensor& a, const Tensor& b, std::int64_t n, Precision precision) {
  GROEL_REQUIRE(a.rank() == 2 && a.dtype() == DType::f32 && a.size(1) == n * n && b.shape() == a.shape());
  GROEL_REQUIRE(b.dtype() == DType::f32);
  backend(a).multiply_planes(a, b, n, precision);
}

Tensor blocks_as_rows(const Tensor& x, const Blocks& blocks) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32 && x.contiguous() && blocks.rows > 0 && blocks.columns > 0);
  GROEL_REQUIRE(x.size(0) % blocks.rows == 0 && x.size(1) % blocks.columns == 0);
  const Shape shape{x.size(0) / blocks.rows * (x.size(1) / blocks.columns), blocks.rows * blocks.columns};
  Tensor y = Tensor::empty(shape, DType::f32, x.device());
  backend(x).blocks_as_rows(x, blocks, y);
  return y;
}

namespace cpu {

void blocks_as_rows(const Tensor& x, const Blocks& blocks, Tensor& y) {
  const ProfileScope scope("blocks_as_rows");
  const std::int64_t across = x.size(1) / blocks.columns;
  const float* from = x.data<float>();
  float* to = y.mutable_data<float>();
  parallel_for(x.size(0) / blocks.rows, [&](std::int64_t down) {
    for (std::int64_t b = 0; b < across; ++b)
      for (std::int64_t r = 0; r < blocks.rows; ++r)
        std::copy_n(from + (down * blocks.rows + r) * x.size(1) + b * blocks.columns, blocks.columns,
                    to + (down * across + b) * y.size(1) + r * blocks.columns);
  });
}

void take_columns(const Tensor& z, const GridColumns& columns, Tensor& x) {
  const ProfileScope scope("take_columns");
  const std::int64_t width = z.size(1), n = columns.n;
  const float* from = z.data<float>();
  float* to = x.mutable_data<float>();
  parallel_for(columns.end - columns.begin, [&](std::int64_t i) {
    for (std::int64_t k = 0; k < n; ++k)
      std::copy_n(from + (k * n + columns.begin + i) * width, width, to + (i * n + k) * width);
  });
}

void add_columns(const Tensor& x, const GridColumns& columns, Tensor& z) {
  const ProfileScope scope("add_columns");
  const std::int64_t width = z.size(1), n = columns.n;
  const auto from = matrix<float>(x);
  float* to = z.mutable_data<float>();
  parallel_for(columns.end - columns.begin, [&](std::int64_t i) {
    for (std::int64_t k = 0; k < n; ++k) {
      const float* update = from.row(i * n + k);
      float* pair = to + (k * n + columns.begin + i) * width;
      for (std::int64_t c = 0; c < width; ++c) pair[c] += update[c];
    }
  });
}

void multiply_planes(Tensor& a, const Tensor& b, std::int64_t n, Precision precision) {
  const double channels = static_cast<double>(a.size(0)), side = static_cast<double>(n);
  const ProfileScope scope("multiply_planes", 2 * channels * side * side * side);
  parallel_for(a.size(0), [&](std::int64_t c) {
    Tensor left = a.rows(c, c + 1).reshape({n, n});
    const PackedWeight right(b.rows(c, c + 1).reshape({n, n}), precision);
    left.copy_from(linear(left, right));
  });
}

}  // namespace cpu
}  // namespace groel::ops
