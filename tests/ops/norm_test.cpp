// layer_norm: against its reference over widths, offsets and outputs.
#include "ops/norm.h"

#include "base/error.h"
#include "helpers.h"

namespace groel::ops {
namespace {

TEST(LayerNorm, MatchesTheReference) {
  for (const std::int64_t width : {1, 2, 7, 16, 33, 63, 64, 65, 320, 1281}) {
    const Tensor x = test::random_strided(21, width, 1);
    const LayerNormOptions options{test::random({width}, 2), test::random({width}, 3), 1e-5F, DType::f32};
    EXPECT_LT(test::relative_error(layer_norm(x, options), reference::layer_norm(x, options)), 1e-6) << width;
    LayerNormOptions bf16 = options;
    bf16.output = DType::bf16;
    EXPECT_TRUE(test::same_bits(layer_norm(x, bf16), layer_norm(x, options).to(DType::bf16))) << width;
  }
}

TEST(LayerNorm, GainAndBiasAreOptional) {
  const Tensor x = test::random({5, 48}, 1);
  EXPECT_LT(test::relative_error(layer_norm(x, {}), reference::layer_norm(x, {})), 1e-6);
}

TEST(LayerNorm, SurvivesALargeMean) {
  Tensor x = test::random({4, 640}, 1);
  for (std::int64_t i = 0; i < x.count(); ++i) x.mutable_data<float>()[i] += 1000.0F;
  EXPECT_LT(test::relative_error(layer_norm(x, {}), reference::layer_norm(x, {})), 3e-4);
}

TEST(LayerNorm, ConstantRowsGiveTheBias) {
  Tensor x = Tensor::zeros({2, 40});
  for (std::int64_t i = 0; i < 40; ++i) x.mutable_data<float>()[i] = 3.0F;
  const Tensor bias = test::random({40}, 1);
  const Tensor y = layer_norm(x, {{}, bias, 1e-12F, DType::f32});
  EXPECT_TRUE(test::same_bits(y.rows(0, 1).reshape({40}), bias));
}

TEST(LayerNorm, RowsDoNotDependOnThreadsOrNeighbours) {
  const Tensor x = test::random({300, 321}, 1);
  test::expect_same_for_any_threads([&] { return layer_norm(x, {}); });
  EXPECT_TRUE(test::same_bits(layer_norm(x.rows(77, 78), {}), layer_norm(x, {}).rows(77, 78)));
}

TEST(LayerNorm, RejectsWrongShapes) {
  EXPECT_THROW(layer_norm(test::random({2, 3}, 1), {test::random({4}, 1), {}, 1e-5F, DType::f32}), Error);
  EXPECT_EQ(layer_norm(Tensor::empty({0, 8}), {}).shape(), (Shape{0, 8}));
}

}  // namespace
}  // namespace groel::ops
