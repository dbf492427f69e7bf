// gate against its reference: with and without gate, factor and residual, in place, strided, at extreme values.
#include "ops/gate.h"

#include "base/error.h"
#include "helpers.h"

namespace groel::ops {
namespace {

GateOptions options_of(int which, std::int64_t rows, std::int64_t width) {
  GateOptions options;
  if (which & 1) options.factor = test::random({rows}, 3);
  if (which & 2) options.residual = test::random_strided(rows, width, 4);
  return options;
}

TEST(Gate, MatchesTheReference) {
  for (const std::int64_t width : {1, 7, 8, 17, 64, 129})
    for (const std::int64_t rows : {0, 1, 5, 200})
      for (const int which : {0, 1, 2, 3}) {
        const Tensor x = test::random_strided(rows, width, 1), g = test::random_strided(rows, width, 2);
        GateOptions options = options_of(which, rows, width);
        EXPECT_LT(test::relative_error(gate(x, g, options), reference::gate(x, g, options)), 3e-7) << width;
        EXPECT_LT(test::relative_error(gate(x, {}, options), reference::gate(x, {}, options)), 3e-7) << width;
        options.output = DType::bf16;
        EXPECT_LT(test::relative_error(gate(x, g, options), reference::gate(x, g, options)), 1e-3) << width;
      }
}

TEST(Gate, WritesOverWhatItAddsTo) {
  const Tensor x = test::random({9, 20}, 1), g = test::random({9, 20}, 2);
  Tensor sum = test::random({9, 20}, 3);
  const Tensor expected = gate(x, g, {.residual = sum.clone()});
  gate(x, g, {.residual = sum, .into = sum});
  EXPECT_TRUE(test::same_bits(sum, expected));
}

TEST(Gate, ExtremesAndNan) {
  const Tensor x = Tensor::of<float>({1, 4}, {2.0F, 2.0F, 2.0F, NAN});
  const Tensor g = Tensor::of<float>({1, 4}, {1e30F, -1e30F, NAN, 0.0F});
  const Tensor y = gate(x, g);
  EXPECT_EQ(y.data<float>()[0], 2.0F);
  EXPECT_NEAR(y.data<float>()[1], 0.0F, 1e-30F);
  EXPECT_TRUE(std::isnan(y.data<float>()[2]));
  EXPECT_TRUE(std::isnan(y.data<float>()[3]));
}

TEST(Gate, RowsDoNotDependOnThreadsOrNeighbours) {
  const Tensor x = test::random({700, 33}, 1), g = test::random({700, 33}, 2);
  test::expect_same_for_any_threads([&] { return gate(x, g); });
  EXPECT_TRUE(test::same_bits(gate(x.rows(501, 502), g.rows(501, 502)), gate(x, g).rows(501, 502)));
}

TEST(Gate, WrongShapesAreRefused) {
  EXPECT_THROW(gate(test::random({3, 5}, 1), test::random({3, 4}, 2)), Error);
  EXPECT_THROW(gate(test::random({3, 5}, 1), {}, {.factor = test::random({2}, 2)}), Error);
  EXPECT_THROW(gate(test::random({3, 5}, 1), {}, {.residual = test::random({2, 5}, 2)}), Error);
  EXPECT_THROW(gate(test::random({3, 5}, 1), {}, {.into = test::random({3, 5}, 2), .output = DType::bf16}), Error);
}

}  // namespace
}  // namespace groel::ops
