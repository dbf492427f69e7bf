// Grids of pairs: checks, and the CPU's loops over threads.
#include "ops/pair_grid.h"

#include <algorithm>

#include "base/cpu.h"
#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/linear_impl.h"
#include "ops/plane_product.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

void check(const Tensor& z, const ColumnPairs& pairs) {
  GROEL_REQUIRE(z.rank() == 2 && z.dtype() == DType::f32 && z.contiguous() && z.size(0) == pairs.n * pairs.n);
  GROEL_REQUIRE(0 <= pairs.begin && pairs.begin <= pairs.end && pairs.end <= pairs.n * pairs.n);
}

// Calls body(i, row of the grid as it lies) for those pairs.
template <class Body>
void for_column_pairs(const ColumnPairs& pairs, std::int64_t width, const Body& body) {
  const std::int64_t n = pairs.n, count = pairs.end - pairs.begin, step = rows_a_task(width);
  parallel_for(ceil_div(count, step), [&](std::int64_t task) {
    for (std::int64_t i = task * step; i < std::min(count, (task + 1) * step); ++i) {
      const std::int64_t at = pairs.begin + i;
      body(i, at % n * n + at / n);
    }
  });
}

}  // namespace

Tensor take_column_pairs(const Tensor& z, const ColumnPairs& pairs) {
  check(z, pairs);
  Tensor x = Tensor::empty({pairs.end - pairs.begin, z.size(1)}, DType::f32, z.device());
  backend(z).take_column_pairs(z, pairs, x);
  return x;
}

void add_column_pairs(const Tensor& x, const ColumnPairs& pairs, Tensor& z) {
  check(z, pairs);
  GROEL_REQUIRE(x.dtype() == DType::f32 && x.shape() == (Shape{pairs.end - pairs.begin, z.size(1)}));
  backend(z).add_column_pairs(x, pairs, z);
}

DType plane_type(Precision precision) {
  return precision == Precision::bf16 && active_isa() >= Isa::avx512_bf16 ? DType::bf16 : DType::f32;
}

void multiply_planes(const Tensor& a, const Tensor& b, std::int64_t n, Precision precision, Tensor& product) {
  GROEL_REQUIRE(a.rank() == 2 && a.size(1) == n * n && b.shape() == a.shape() && product.shape() == a.shape());
  GROEL_REQUIRE(a.dtype() == plane_type(precision) && b.dtype() == a.dtype() && product.dtype() == DType::f32);
  backend(a).multiply_planes(a, b, n, precision, product);
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

void take_column_pairs(const Tensor& z, const ColumnPairs& pairs, Tensor& x) {
  const ProfileScope scope("take_column_pairs");
  const std::int64_t width = z.size(1);
  const float* from = z.data<float>();
  float* to = x.mutable_data<float>();
  for_column_pairs(pairs, width,
                   [&](std::int64_t i, std::int64_t row) { std::copy_n(from + row * width, width, to + i * width); });
}

void add_column_pairs(const Tensor& x, const ColumnPairs& pairs, Tensor& z) {
  const ProfileScope scope("add_column_pairs");
  const std::int64_t width = z.size(1);
  const auto from = matrix<float>(x);
  float* to = z.mutable_data<float>();
  for_column_pairs(pairs, width, [&](std::int64_t i, std::int64_t row) {
    const float* update = from.row(i);
    float* pair = to + row * width;
    for (std::int64_t c = 0; c < width; ++c) pair[c] += update[c];
  });
}

namespace {

// Where the product takes its numbers as they are, without splitting or rounding them.
bool straight(Precision precision) {
  switch (precision) {
    case Precision::f32: return true;
    case Precision::bf16: return plane_type(precision) == DType::bf16;
    case Precision::f32x3:
    case Precision::f32x6: return !splits_products();
    case Precision::int8: return false;
  }
  return false;
}

}  // namespace

void multiply_planes(const Tensor& a, const Tensor& b, std::int64_t n, Precision precision, Tensor& product) {
  const double channels = static_cast<double>(a.size(0)), side = static_cast<double>(n);
  const ProfileScope scope("multiply_planes", 2 * channels * side * side * side);
  if (n == 0) return;
  if (straight(precision)) {
    const PlaneProduct planes(n, a.dtype());
    return parallel_for(a.size(0), [&](std::int64_t c) {
      Tensor y = product.rows(c, c + 1);
      planes.run(a.rows(c, c + 1).raw_data(), b.rows(c, c + 1).raw_data(), y.mutable_data<float>());
    });
  }
  parallel_for(a.size(0), [&](std::int64_t c) {
    const PackedWeight right(b.rows(c, c + 1).reshape({n, n}), precision);
    product.rows(c, c + 1).reshape({n, n}).copy_from(linear(a.rows(c, c + 1).reshape({n, n}), right));
  });
}

std::size_t multiply_planes_bytes(std::int64_t n, Precision precision) {
  if (straight(precision)) return PlaneProduct::bytes(n, plane_type(precision));
  return packed_bytes(n, n, precision, WeightForm::exact) + static_cast<std::size_t>(n * n) * sizeof(float);
}

}  // namespace cpu
}  // namespace groel::ops
