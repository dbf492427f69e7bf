// Planes of channels against their references: odd sizes, strided, with and without a factor, f32 and bf16.
#include "ops/planes.h"

#include "base/error.h"
#include "helpers.h"

namespace groel::ops {
namespace {

TEST(Planes, GatedMatchTheReference) {
  for (const std::int64_t channels : {1, 7, 16, 33, 64})
    for (const std::int64_t pairs : {1, 5, 16, 300})
      for (const DType type : {DType::f32, DType::bf16})
        for (const bool scaled : {false, true}) {
          const Tensor x = test::random_strided(pairs, channels, 1), g = test::random_strided(pairs, channels, 2);
          const Tensor factor = scaled ? test::random({pairs}, 3) : Tensor();
          Tensor all = Tensor::zeros({channels, pairs + 9}, type), expected = Tensor::empty({channels, pairs}, type);
          Tensor ours = all.columns(4, 4 + pairs);
          gate_planes(x, g, factor, ours);
          reference::gate_planes(x, g, factor, expected);
          const double error = type == DType::f32 ? 3e-7 : 1e-3;
          EXPECT_LT(test::relative_error(ours.to(DType::f32), expected.to(DType::f32)), error) << channels;
          EXPECT_TRUE(test::same_bits(all.columns(0, 4), Tensor::zeros({channels, 4}, type)));
          EXPECT_TRUE(test::same_bits(all.columns(4 + pairs, 9 + pairs), Tensor::zeros({channels, 5}, type)));
        }
}

TEST(Planes, RowsMatchTheReference) {
  for (const std::int64_t channels : {1, 7, 16, 33, 64})
    for (const std::int64_t pairs : {1, 5, 16, 300}) {
      const Tensor planes = test::random_strided(channels, pairs, 1);
      EXPECT_TRUE(test::same_bits(planes_as_rows(planes), reference::planes_as_rows(planes))) << channels;
    }
}

TEST(Planes, DoNotDependOnThreadsOrNeighbours) {
  const Tensor x = test::random({700, 33}, 1), g = test::random({700, 33}, 2);
  Tensor planes = Tensor::empty({33, 700}), some = Tensor::empty({33, 7});
  test::expect_same_for_any_threads([&] {
    gate_planes(x, g, {}, planes);
    return planes.clone();
  });
  gate_planes(x.rows(501, 508), g.rows(501, 508), {}, some);
  EXPECT_TRUE(test::same_bits(some, planes.columns(501, 508)));
}

TEST(Planes, WrongShapesAreRefused) {
  Tensor planes = Tensor::empty({5, 3});
  EXPECT_THROW(gate_planes(test::random({3, 5}, 1), test::random({3, 4}, 2), {}, planes), Error);
  EXPECT_THROW(gate_planes(test::random({5, 3}, 1), test::random({5, 3}, 2), {}, planes), Error);
  EXPECT_THROW(gate_planes(test::random({3, 5}, 1), test::random({3, 5}, 2), test::random({5}, 3), planes), Error);
}

}  // namespace
}  // namespace groel::ops
