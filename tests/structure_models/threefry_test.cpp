// JAX's numbers against those that its documentation prints, and against constants that were drawn with it.
#include "structure_models/threefry.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "structure_models/alphafold3/alphafold3.h"

namespace groel::structure_models {
namespace {

TEST(Threefry, GivesTheNumbersOfJax) {
  // jax.random.uniform(key(0)), and of the second part of split(key(0)): docs of jax.random.
  JaxKey key(0);
  EXPECT_FLOAT_EQ(key.uniform(0), 0.947667F);
  EXPECT_FLOAT_EQ(key.split().uniform(0), 0.00729382F);
  // jax.random.normal(key(42)): JAX's tutorial on random numbers.
  float one = 0;
  JaxKey(42).normal({&one, 1});
  EXPECT_NEAR(one, -0.028304616F, 1e-7F);
}

TEST(Threefry, DrawsDoNotDependOnHowMany) {
  std::vector<float> few(10), many(10000);
  JaxKey(7).normal(few);
  JaxKey(7).normal(many);
  for (std::size_t i = 0; i < few.size(); ++i) EXPECT_EQ(few[i], many[i]);
  double sum = 0, squares = 0;
  for (const float x : many) sum += x, squares += double{x} * x;
  EXPECT_NEAR(sum / 1e4, 0, 0.03);
  EXPECT_NEAR(squares / 1e4, 1, 0.05);
}

TEST(Threefry, KeysOfDifferentUsesDiffer) {
  const JaxKey key(3);
  EXPECT_NE(key.child(0).words(), key.child(1).words());
  EXPECT_EQ(key.fold_in(5).words(), key.fold_in(5).words());
  EXPECT_NE(key.fold_in(5).words(), key.fold_in(6).words());
}

TEST(Draws, EachPassHasItsOwnRows) {
  const Alphafold3Draws all = alphafold3_draws(1, 3, 50, 20);
  ASSERT_EQ(all.rows.size(), 3U);
  EXPECT_EQ(all.rows[0].size(), 20U);
  EXPECT_NE(all.rows[0], all.rows[1]);
  EXPECT_EQ(all.rows, alphafold3_draws(1, 3, 50, 20).rows);
  EXPECT_NE(all.rows, alphafold3_draws(2, 3, 50, 20).rows);
  // Nothing is drawn twice, and further rows change nothing about the order of the others.
  std::vector<std::int32_t> few = alphafold3_draws(1, 1, 10, 50).rows[0], sorted = few;
  std::ranges::sort(sorted);
  EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end());
  std::vector<std::int32_t> of_more = alphafold3_draws(1, 1, 12, 50).rows[0];
  std::erase_if(of_more, [](std::int32_t row) { return row >= 10; });
  EXPECT_EQ(of_more, few);
}

}  // namespace
}  // namespace groel::structure_models
