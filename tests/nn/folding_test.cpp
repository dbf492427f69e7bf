// Blocks of folding networks: every known trap misses the golden values, and nothing depends on threads or chunks.
#include <gtest/gtest.h>

#include "base/threads.h"
#include "support/folding_singles.h"
#include "tensor/shape_run.h"

namespace groel {
namespace {

using testing::FoldingOp;
using testing::FoldingOps;
using testing::Trap;
namespace nf = nn::folding;

const FoldingOps& cases() {
  static const FoldingOps all(std::filesystem::path(GROEL_TEST_DATA) / "af3-ops");
  return all;
}

void expect_trapped(Trap trap, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const FoldingOp op(cases(), name);
    EXPECT_LT(testing::miss_of(op, Trap::none), 1) << name;
    EXPECT_GT(testing::miss_of(op, trap), 100) << name;
  }
}

TEST(FoldingTraps, OrientationOfTheEndingNodesBias) {
  expect_trapped(Trap::ending_bias, {"triatt_end", "px_triatt_end"});
}
TEST(FoldingTraps, IncomingEdgesExchanged) { expect_trapped(Trap::swapped_edges, {"trimul_in", "px_trimul_in"}); }
TEST(FoldingTraps, HalvesForEverySecondColumn) { expect_trapped(Trap::halves, {"trimul_out", "trimul_in"}); }
TEST(FoldingTraps, BiasAfterTheDivision) { expect_trapped(Trap::late_bias, {"opm", "px_opm"}); }
TEST(FoldingTraps, GateForValue) {
  expect_trapped(Trap::swapped_gate,
                 {"transition", "transition_cond", "transition_nocond", "px_transition", "px_conditioned_transition"});
}
TEST(FoldingTraps, LastGateOfTheNormedCondition) {
  expect_trapped(Trap::normed_condition, {"self_attention_cond", "px_attention_pair_bias"});
}
TEST(FoldingTraps, NormOfTheKeys) {
  expect_trapped(Trap::key_norm, {"px_atom_attention_40atoms", "px_atom_attention_150atoms"});
}
TEST(FoldingTraps, NoBiasOfQueries) {
  expect_trapped(Trap::without_query_bias, {"self_attention_cond", "self_attention_nocond", "cross_attention",
                                            "px_attention_pair_bias", "px_atom_attention_40atoms"});
}
TEST(FoldingTraps, PaddingSeenOrNot) {
  expect_trapped(Trap::visible_padding, {"cross_attention", "px_atom_attention_40atoms", "px_atom_attention_150atoms"});
}

Tensor noise(const Shape& shape, std::uint32_t state, float scale = 1) {
  Tensor out = Tensor::empty(shape);
  for (std::int64_t i = 0; i < out.count(); ++i) {
    state = state * 1664525U + 1013904223U;
    out.mutable_data<float>()[i] = scale * (static_cast<float>(state >> 8) / 8388608.0F - 1);
  }
  return out;
}

nf::PairformerForm small_form() {
  return {.pairs = {.width = 12, .product_width = 6, .heads = 2, .head_width = 5, .transition = 24},
          .single_width = 10,
          .single_heads = 2,
          .single_head_width = 5,
          .single_transition = 20};
}

void fill(nn::Module& module, ops::Precision precision, Device device = Device::cpu) {
  std::uint32_t seed = 1;
  const nn::Tree tree = nn::tree_of(module);
  for (const nn::Parameter& parameter : tree.parameters)
    *parameter.slot = noise(parameter.shape, seed++, 0.5F).to(device);
  nn::ready(tree, precision);
}

TEST(FoldingBlocks, PairformerDoesNotDependOnThreads) {
  nf::Pairformer trunk(2, small_form());
  fill(trunk, ops::Precision::f32);
  constexpr std::int64_t kTokens = 21;
  std::vector<std::vector<float>> results;
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    nf::Pairs pairs{noise({kTokens * kTokens, 12}, 77)};
    Tensor s = noise({kTokens, 10}, 78);
    trunk.update(pairs, s);
    const auto z = pairs.z.values<float>();
    results.emplace_back(z.begin(), z.end());
    results.back().insert(results.back().end(), s.values<float>().begin(), s.values<float>().end());
  }
  set_num_threads(0);
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(FoldingBlocks, UpdatesDoNotDependOnChunks) {
  nf::Pairformer trunk(1, small_form());
  nf::OuterProductMean product({.alignment_width = 7, .inner = 3, .pair_width = 12});
  nf::PairAveraging averaging({.alignment_width = 7, .pair_width = 12, .heads = 2, .head_width = 4});
  for (nn::Module* module :
       {static_cast<nn::Module*>(&trunk), static_cast<nn::Module*>(&product), static_cast<nn::Module*>(&averaging)})
    fill(*module, ops::Precision::f32);
  constexpr std::int64_t kTokens = 19;
  std::vector<std::vector<float>> results;
  for (const std::int64_t numbers : {std::int64_t{1}, std::int64_t{2000}, nf::ChunkLimit::kUsual}) {
    const nf::ChunkLimit limit(numbers);
    nf::Pairs pairs{noise({kTokens * kTokens, 12}, 77)};
    Tensor s = noise({kTokens, 10}, 78), m = noise({5 * kTokens, 7}, 79);
    product.add({m, kTokens}, pairs.z);
    averaging.add({m, kTokens}, pairs.z, m);
    trunk.update(pairs, s);
    results.emplace_back();
    for (const Tensor* one : {&pairs.z, &s, &m}) {
      const auto values = one->values<float>();
      results.back().insert(results.back().end(), values.begin(), values.end());
    }
  }
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(FoldingBlocks, PassesWithoutData) {
  nf::Pairformer trunk(1, small_form());
  fill(trunk, ops::Precision::f32, Device::shape);
  const auto pool = std::make_shared<ShapePool>();
  const ShapeRun run(*pool);
  nf::Pairs pairs{Tensor::empty({30 * 30, 12}, DType::f32, Device::shape)};
  Tensor s = Tensor::empty({30, 10}, DType::f32, Device::shape);
  trunk.update(pairs, s);
  EXPECT_GT(pool->held(), std::size_t{30 * 30 * 12 * 4});
}

TEST(FoldingBlocks, RoundedToBf16StaysNear) {
  nf::Pairs exact{noise({15 * 15, 12}, 77)}, rounded{exact.z.clone()};
  Tensor s = noise({15, 10}, 78), t = s.clone();
  nf::Pairformer a(1, small_form()), b(1, small_form());
  fill(a, ops::Precision::f32);
  fill(b, ops::Precision::bf16);
  a.update(exact, s);
  b.update(rounded, t);
  double difference = 0, norm = 0;
  for (std::int64_t i = 0; i < exact.z.count(); ++i) {
    const double x = exact.z.data<float>()[i], y = rounded.z.data<float>()[i];
    difference += (x - y) * (x - y), norm += x * x;
  }
  EXPECT_LT(std::sqrt(difference / norm), 3e-2);
  EXPECT_GT(difference, 0);
}

}  // namespace
}  // namespace groel
