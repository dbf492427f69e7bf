// embedding: values, scale, masks and ids outside the table.
#include "ops/embedding.h"

#include "base/error.h"
#include "helpers.h"

namespace groel::ops {
namespace {

TEST(Embedding, PicksAndScalesRows) {
  const Tensor table = test::random_strided(33, 20, 1);
  const Tensor ids = test::ints({0, 32, 5, 5});
  const Tensor scale = Tensor::of<float>({4}, {1.0F, 0.5F, 0.88F, 0.0F});
  EXPECT_TRUE(test::same_bits(embedding(table, ids), reference::embedding(table, ids)));
  EXPECT_TRUE(test::same_bits(embedding(table, ids, scale), reference::embedding(table, ids, scale)));
  EXPECT_EQ(embedding(table, ids, scale).values<float>()[20], table.rows(32, 33).clone().values<float>()[0] * 0.5F);
}

TEST(Embedding, AScaleOfZeroMasksEvenNan) {
  const Tensor table = Tensor::of<float>({1, 2}, {NAN, -1.0F});
  const Tensor out = embedding(table, test::ints({0}), Tensor::of<float>({1}, {0.0F}));
  EXPECT_TRUE(test::same_bits(out, Tensor::zeros({1, 2})));
}

TEST(Embedding, NamesAnIdOutsideTheTable) {
  const Tensor table = test::random({33, 4}, 1);
  EXPECT_EQ(embedding(table, test::ints({})).shape(), (Shape{0, 4}));
  EXPECT_THROW(embedding(table, test::ints({-1})), Error);
  try {
    embedding(table, test::ints({3, 33}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::internal);
    EXPECT_STREQ(error.what(), "token id 33 is outside an embedding of 33 rows");
  }
}

}  // namespace
}  // namespace groel::ops
