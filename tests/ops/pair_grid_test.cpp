// Grids of pairs against their references: columns taken and added, planes multiplied, blocks as rows.
#include "ops/pair_grid.h"

#include "base/error.h"
#include "helpers.h"

namespace groel::ops {
namespace {

TEST(PairGrid, ColumnsMatchTheReference) {
  for (const std::int64_t n : {1, 2, 7, 40})
    for (const std::int64_t width : {1, 5, 32}) {
      const Tensor z = test::random({n * n, width}, 1);
      for (const ColumnPairs& pairs :
           {ColumnPairs{n, 0, n * n}, ColumnPairs{n, n * n / 3, n * n}, ColumnPairs{n, 0, n / 2}}) {
        const Tensor x = take_columns(z, pairs);
        EXPECT_TRUE(test::same_bits(x, reference::take_columns(z, pairs)));
        Tensor ours = z.clone(), theirs = z.clone();
        add_columns(x, pairs, ours);
        reference::add_columns(x, pairs, theirs);
        EXPECT_TRUE(test::same_bits(ours, theirs));
      }
    }
}

TEST(PairGrid, PlanesMatchTheReference) {
  for (const std::int64_t n : {1, 3, 16, 65, 200, 800})  // 800: in panels
    for (const std::int64_t channels : {1, 3}) {
      if (n == 800 && channels == 3) continue;
      const Tensor b = test::random_strided(channels, n * n, 2);
      const Tensor a = test::random_strided(channels, n * n, 1);
      for (const auto& [precision, error] :
           {std::pair{Precision::f32, 3e-6}, {Precision::f32x3, 1e-5}, {Precision::bf16, 1e-2}}) {
        const Tensor left = a.to(plane_type(precision)), right = b.to(plane_type(precision));
        Tensor ours = Tensor::empty(a.shape()), expected = Tensor::empty(a.shape());
        multiply_planes(left, right, n, precision, ours);
        reference::multiply_planes(left, right, n, expected);
        EXPECT_LT(test::relative_error(ours, expected), plane_type(precision) == DType::bf16 ? 3e-6 : error) << n;
      }
    }
}

TEST(PairGrid, StridedPlanesKeepWhatLiesBetween) {
  Tensor all = test::random({3, 50}, 1);
  const Tensor before = all.clone(), b = test::random({3, 36}, 2);
  Tensor a = all.columns(3, 39), expected = a.clone();
  reference::multiply_planes(expected.clone(), b, 6, expected);
  multiply_planes(a, b, 6, Precision::f32, a);
  EXPECT_LT(test::relative_error(a.clone(), expected), 3e-6);
  EXPECT_TRUE(test::same_bits(all.columns(0, 3), before.columns(0, 3)));
  EXPECT_TRUE(test::same_bits(all.columns(39, 50), before.columns(39, 50)));
}

// Planes of bf16 beside each other are as long as their product.
TEST(PairGrid, ProductsTakeThePlaceOfTheirPlanes) {
  for (const std::int64_t n : {1, 20, 64, 150, 800})
    for (const Precision precision : {Precision::f32, Precision::bf16}) {
      const DType type = plane_type(precision);
      const std::int64_t step = (n * n + 31) / 32 * 32;
      const Tensor all = test::random({2, 2 * step}, 1).to(type);
      const Tensor a = all.columns(0, n * n), b = all.columns(step, step + n * n);
      Tensor apart = Tensor::empty({2, n * n});
      multiply_planes(a, b, n, precision, apart);
      const std::int64_t wide = type == DType::f32 ? 2 * step : step;
      Tensor over = Tensor::view(all.storage(), {2, wide}, DType::f32).columns(0, n * n);
      multiply_planes(a, b, n, precision, over);
      EXPECT_TRUE(test::same_bits(over.clone(), apart)) << n;
    }
}

TEST(PairGrid, PlanesDoNotDependOnThreads) {
  const Tensor a = test::random({5, 130 * 130}, 1), b = test::random({5, 130 * 130}, 2);
  Tensor all = Tensor::empty(a.shape()), one = Tensor::empty({1, a.size(1)});
  test::expect_same_for_any_threads([&] {
    multiply_planes(a, b, 130, Precision::f32, all);
    return all.clone();
  });
  multiply_planes(a.rows(3, 4), b.rows(3, 4), 130, Precision::f32, one);
  EXPECT_TRUE(test::same_bits(one, all.rows(3, 4)));
}

TEST(PairGrid, BlocksMatchTheReference) {
  for (const Blocks& blocks : {Blocks{1, 1}, Blocks{3, 4}, Blocks{32, 32}, Blocks{6, 1}}) {
    const Tensor x = test::random({5 * blocks.rows, 7 * blocks.columns}, 1);
    EXPECT_TRUE(test::same_bits(blocks_as_rows(x, blocks), reference::blocks_as_rows(x, blocks)));
  }
}

TEST(PairGrid, WrongShapesAreRefused) {
  EXPECT_THROW(take_columns(test::random({10, 5}, 1), {3, 0, 1}), Error);
  EXPECT_THROW(take_columns(test::random({9, 5}, 1), {3, 2, 10}), Error);
  Tensor a = test::random({2, 9}, 1);
  EXPECT_THROW(multiply_planes(a, test::random({2, 16}, 1), 3, Precision::f32, a), Error);
  EXPECT_THROW(multiply_planes(a.to(DType::bf16), a.to(DType::bf16), 3, Precision::f32, a), Error);
  EXPECT_THROW(blocks_as_rows(test::random({4, 5}, 1), {2, 2}), Error);
}

}  // namespace
}  // namespace groel::ops
