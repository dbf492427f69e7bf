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
      for (const GridColumns& columns : {GridColumns{n, 0, n}, GridColumns{n, n / 2, n}, GridColumns{n, 0, 0}}) {
        const Tensor x = take_columns(z, columns);
        EXPECT_TRUE(test::same_bits(x, reference::take_columns(z, columns)));
        Tensor ours = z.clone(), theirs = z.clone();
        add_columns(x, columns, ours);
        reference::add_columns(x, columns, theirs);
        EXPECT_TRUE(test::same_bits(ours, theirs));
      }
    }
}

TEST(PairGrid, PlanesMatchTheReference) {
  for (const std::int64_t n : {1, 3, 16, 65, 200})
    for (const std::int64_t channels : {1, 3}) {
      const Tensor b = test::random_strided(channels, n * n, 2);
      const Tensor a = test::random_strided(channels, n * n, 1);
      Tensor expected = a.clone();
      reference::multiply_planes(expected, b, n);
      for (const auto& [precision, error] :
           {std::pair{Precision::f32, 3e-6}, {Precision::f32x3, 1e-5}, {Precision::bf16, 1e-2}}) {
        Tensor ours = a.clone();
        multiply_planes(ours, b, n, precision);
        EXPECT_LT(test::relative_error(ours, expected), error) << n << ' ' << channels;
      }
    }
}

TEST(PairGrid, StridedPlanesKeepWhatLiesBetween) {
  Tensor all = test::random({3, 50}, 1);
  const Tensor before = all.clone(), b = test::random({3, 36}, 2);
  Tensor a = all.columns(3, 39), expected = a.clone();
  multiply_planes(a, b, 6, Precision::f32);
  reference::multiply_planes(expected, b, 6);
  EXPECT_LT(test::relative_error(a.clone(), expected), 3e-6);
  EXPECT_TRUE(test::same_bits(all.columns(0, 3), before.columns(0, 3)));
  EXPECT_TRUE(test::same_bits(all.columns(39, 50), before.columns(39, 50)));
}

TEST(PairGrid, PlanesDoNotDependOnThreads) {
  const Tensor a = test::random({5, 130 * 130}, 1), b = test::random({5, 130 * 130}, 2);
  test::expect_same_for_any_threads([&] {
    Tensor out = a.clone();
    multiply_planes(out, b, 130, Precision::f32);
    return out;
  });
  Tensor all = a.clone(), one = a.rows(3, 4).clone();
  multiply_planes(all, b, 130, Precision::f32);
  multiply_planes(one, b.rows(3, 4), 130, Precision::f32);
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
  EXPECT_THROW(take_columns(test::random({9, 5}, 1), {3, 2, 4}), Error);
  Tensor a = test::random({2, 9}, 1);
  EXPECT_THROW(multiply_planes(a, test::random({2, 16}, 1), 3, Precision::f32), Error);
  EXPECT_THROW(blocks_as_rows(test::random({4, 5}, 1), {2, 2}), Error);
}

}  // namespace
}  // namespace groel::ops
