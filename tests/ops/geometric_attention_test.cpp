// Geometric attention against its definition, with residues that are missing, chains and packed sequences; and what
// does not change it: moving or turning everything, and what else is in a batch.
#include "ops/geometric_attention.h"

#include <cmath>

#include "helpers.h"
#include "nn/frames.h"

namespace groel::ops {
namespace {

using test::ints;
using test::random;

// Coordinates of a chain that wanders, [T, 3, 3]; those of `missing` are not there.
Tensor coordinates(std::int64_t residues, unsigned seed, const std::vector<std::int64_t>& missing = {}) {
  Tensor x = random({residues, 9}, seed);
  float* at = x.mutable_data<float>();
  for (std::int64_t t = 0; t < residues; ++t)
    for (std::int64_t i = 0; i < 9; ++i) at[9 * t + i] = 2 * at[9 * t + i] + static_cast<float>(t + i / 3);
  for (const std::int64_t t : missing) at[9 * t + 4] = NAN;
  return x.reshape({residues, 3, 3});
}

Tensor positive(std::int64_t count, unsigned seed) {
  Tensor x = random({count}, seed);
  for (std::int64_t i = 0; i < count; ++i) x.mutable_data<float>()[i] = 0.1F + std::abs(x.data<float>()[i]);
  return x;
}

GeometricAttentionInput make(std::int64_t heads, const Tensor& bounds, const std::vector<std::int64_t>& missing = {}) {
  const std::int64_t tokens = bounds.values<std::int32_t>().back();
  return {test::random_strided(tokens, 15 * heads, 1), nn::frames_of(coordinates(tokens, 2, missing), bounds), bounds,
          positive(heads, 3), positive(heads, 4)};
}

TEST(GeometricAttention, MatchesTheReference) {
  for (const std::int64_t heads : {1, 5, 16})
    for (const std::int32_t length : {1, 7, 16, 33, 100}) {
      GeometricAttentionInput input = make(heads, ints({0, length, length + 9}), {0, 3});
      EXPECT_LT(test::relative_error(geometric_attention(input), reference::geometric_attention(input)), 2e-6);
      input.silence_unknown = false;
      EXPECT_LT(test::relative_error(geometric_attention(input), reference::geometric_attention(input)), 2e-6);
    }
}

TEST(GeometricAttention, ChainsAndSequences) {
  GeometricAttentionInput input = make(4, ints({0, 12}), {5});
  input.chain = ints({0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2});
  input.sequence = ints({1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3});
  EXPECT_LT(test::relative_error(geometric_attention(input), reference::geometric_attention(input)), 2e-6);
  // A residue of the first chain sees nothing of the others.
  GeometricAttentionInput alone = make(4, ints({0, 12}), {5});
  alone.chain = input.chain;
  alone.sequence = input.sequence;
  alone.projected = input.projected.clone();
  for (std::int64_t i = 5 * 60; i < 12 * 60; ++i) alone.projected.mutable_data<float>()[i] = 7;
  EXPECT_TRUE(test::same_bits(geometric_attention(alone).rows(0, 5), geometric_attention(input).rows(0, 5)));
}

TEST(GeometricAttention, AChainWithoutCoordinatesGivesZeros) {
  const Tensor nothing = coordinates(4, 2, {0, 1, 2, 3});
  GeometricAttentionInput input = make(2, ints({0, 4}));
  input.frames = nn::frames_of(nothing, ints({0, 4}));
  for (const float x : geometric_attention(input).values<float>()) EXPECT_EQ(x, 0);
  input.silence_unknown = false;  // all keys count alike
  EXPECT_LT(test::relative_error(geometric_attention(input), reference::geometric_attention(input)), 2e-6);
}

TEST(GeometricAttention, DoesNotDependOnTheBatch) {
  const GeometricAttentionInput both = make(6, ints({0, 20, 51}), {4, 30});
  const Tensor y = geometric_attention(both);
  for (const auto& [begin, end] : {std::pair{0, 20}, std::pair{20, 51}}) {
    GeometricAttentionInput one = both;
    one.projected = both.projected.rows(begin, end);
    one.frames = {both.frames.rotation.rows(begin, end), both.frames.translation.rows(begin, end),
                  both.frames.known.rows(begin, end)};
    one.cu_seqlens = ints({0, end - begin});
    EXPECT_TRUE(test::same_bits(geometric_attention(one), y.rows(begin, end)));
  }
}

// Turned by 90 degrees about z and moved: what residues see of each other stays.
TEST(GeometricAttention, DoesNotDependOnWhereTheProteinIs) {
  GeometricAttentionInput input = make(3, ints({0, 15}));
  const Tensor here = coordinates(15, 2);
  Tensor there = here.clone();
  float* at = there.mutable_data<float>();
  for (std::int64_t i = 0; i < 45; ++i) {
    const float x = at[3 * i], y = at[3 * i + 1];
    at[3 * i] = 11 - y;
    at[3 * i + 1] = x - 4;
    at[3 * i + 2] += 30;
  }
  const Tensor before = geometric_attention(input);
  input.frames = nn::frames_of(there, ints({0, 15}));
  EXPECT_LT(test::relative_error(geometric_attention(input), before), 1e-5);
}

}  // namespace
}  // namespace groel::ops
