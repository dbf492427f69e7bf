// The memory that is planned: that it covers what a run takes, and that batches keep within it.
#include "engine/plan.h"

#include <gtest/gtest.h>

#include "base/threads.h"
#include "checkpoints/load.h"
#include "ops/attention.h"
#include "support/golden.h"
#include "tensor/storage.h"

namespace groel::engine {
namespace {

std::vector<std::int32_t> protein(const models::Model& model, int residues) {
  std::string sequence;
  for (int i = 0; i < residues; ++i) sequence += "LAGVSERTIDPKQNFYMHWC"[i * 7 % 20];
  return model.tokenizer().encode(sequence).ids;
}

// Highest bytes of tensors while the request runs, beside what there was before.
std::size_t taken_by(const models::Model& model, const std::vector<std::int32_t>& tokens,
                     const OutputRequest& request) {
  release_cached_memory();
  reset_peak_memory();
  const std::size_t before = memory_statistics().live;
  outputs_of(model, std::span(&tokens, 1), request);
  return memory_statistics().peak - before;
}

TEST(Plan, CoversWhatARunReallyTakes) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  const OutputRequest request{.layers = {0, 1, 2, 3},
                              .outputs = {Output::mean, Output::per_residue, Output::logits, Output::contacts}};
  const MemoryPlan plan(*loaded.model, request, {});
  const auto tokens = protein(*loaded.model, 1500);
  const std::size_t taken = taken_by(*loaded.model, tokens, request);
  const auto n = static_cast<std::int64_t>(tokens.size());
  EXPECT_GE(plan.bytes_of(n) + plan.working_bytes(n), taken);
  EXPECT_LE(plan.bytes_of(n), taken * 2);
}

// Longer than what any other test here gives the threads to attend to, which keep their working memory.
TEST(Plan, CoversWhatEveryThreadKeepsOfALongSequence) {
  constexpr std::size_t kProducts = std::size_t{8} * 384 << 10;  // what products keep on threads, whatever the length
  set_num_threads(8);
  for (const ops::Precision precision : {ops::Precision::f32, ops::Precision::bf16}) {
    const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"), precision);
    const OutputRequest request{.layers = {3}, .outputs = {Output::mean}};
    const MemoryPlan plan(*loaded.model, request, {});
    const auto tokens = protein(*loaded.model, 4000);
    const std::size_t taken = taken_by(*loaded.model, tokens, request);
    const auto n = static_cast<std::int64_t>(tokens.size());
    EXPECT_GE(plan.bytes_of(n) + plan.working_bytes(n) + kProducts, taken);
    constexpr std::int64_t kHeadWidth = 16;
    const std::size_t attention = ops::attention_thread_bytes(kHeadWidth, n, precision);
    EXPECT_GE(attention, static_cast<std::size_t>(n * kHeadWidth) * 2 * (precision == ops::Precision::f32 ? 4 : 2));
    EXPECT_GE(plan.working_bytes(n), 8 * attention);
  }
  set_num_threads(0);
}

// A plan with just the room that `bytes` says, beside the weights.
// Ends of the batches that these sequences (token counts) are gathered into.
std::vector<std::size_t> batches(const MemoryPlan& plan, const std::vector<std::int64_t>& token_counts) {
  std::vector<std::size_t> ends;
  BatchFilling filling(plan);
  for (std::size_t i = 0; i < token_counts.size(); ++i)
    if (filling.add(token_counts[i])) ends.push_back(i);
  if (!token_counts.empty()) ends.push_back(token_counts.size());
  return ends;
}

MemoryPlan plan_with_room(const models::Model& model, const OutputRequest& request, std::size_t bytes) {
  constexpr std::size_t kPlenty = std::size_t{1} << 30;
  const std::size_t other = kPlenty - MemoryPlan(model, request, {.memory = kPlenty}).batch_budget();
  return MemoryPlan(model, request, {.memory = other + bytes});
}

TEST(Plan, BatchesKeepWithinTheMemory) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  const OutputRequest request{.layers = {3}, .outputs = {Output::mean}};
  const MemoryPlan any(*loaded.model, request, {});
  const std::size_t two = any.batch_bytes(2 * any.bytes_of(100), 200) + any.working_bytes(100);
  const std::vector<std::int64_t> counts{100, 100, 100};
  EXPECT_EQ(batches(plan_with_room(*loaded.model, request, two), counts), (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(batches(plan_with_room(*loaded.model, request, two - 1), counts), (std::vector<std::size_t>{1, 2, 3}));
}

TEST(Plan, ThreadsKeepWhatALongSequenceTook) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  const OutputRequest request{.layers = {3}, .outputs = {Output::mean}};
  const MemoryPlan any(*loaded.model, request, {});
  ASSERT_GT(any.working_bytes(2000), any.working_bytes(100));
  const std::size_t room = any.bytes_of(2000) + any.working_bytes(2000);
  const MemoryPlan plan = plan_with_room(*loaded.model, request, room);
  EXPECT_TRUE(plan.fits(2000));
  EXPECT_FALSE(plan.fits(2100));
  const std::size_t together = any.bytes_of(2000) / any.bytes_of(100);
  std::vector<std::int64_t> counts(together + 1, 100);
  EXPECT_EQ(batches(plan, counts), (std::vector<std::size_t>{together + 1}));
  counts.insert(counts.begin(), 2000);
  EXPECT_EQ(batches(plan, counts), (std::vector<std::size_t>{1, together + 1, together + 2}));
}

// One pass after another: what the pool holds, in use or not, is what was planned.
TEST(Plan, CoversWhatTheSystemLends) {
  for (const ops::Precision precision : {ops::Precision::f32, ops::Precision::bf16}) {
    const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"), precision);
    const OutputRequest request{.layers = {3}, .outputs = {Output::mean}};
    const MemoryPlan plan(*loaded.model, request, {});
    const auto tokens = protein(*loaded.model, 3000);
    const auto n = static_cast<std::int64_t>(tokens.size());
    release_cached_memory();
    const std::size_t before = memory_statistics().live;
    outputs_of(*loaded.model, std::span(&tokens, 1), request);
    const MemoryStatistics after = memory_statistics();
    EXPECT_GE(plan.bytes_of(n) + plan.working_bytes(n), after.live + after.cached - before);
    EXPECT_LE(plan.bytes_of(n), 2 * (after.live + after.cached - before));
  }
}

TEST(Plan, MakesRoomWhereTheCacheWouldBeTooMuch) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  const OutputRequest request{.layers = {3}, .outputs = {Output::mean}};
  const MemoryPlan any(*loaded.model, request, {});
  const std::vector<std::int64_t> batch{1000, 500};
  const std::size_t wanted = any.bytes_of(1000) + any.bytes_of(500);
  release_cached_memory();
  { const Tensor other = Tensor::empty({1 << 20}); }
  const MemoryStatistics now = memory_statistics();
  ASSERT_EQ(now.cached, std::size_t{4} << 20);
  const std::size_t room = now.live - any.weight_bytes() + now.cached + wanted;
  plan_with_room(*loaded.model, request, room).make_room(batch);
  EXPECT_EQ(memory_statistics().cached, now.cached);
  plan_with_room(*loaded.model, request, room - 1).make_room(batch);
  EXPECT_EQ(memory_statistics().cached, 0U);
}

TEST(Plan, BatchesKeepWithinBothLimits) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  const MemoryPlan plan(*loaded.model, {.layers = {3}, .outputs = {Output::mean}}, {.max_tokens = 100});
  const std::vector<std::int64_t> counts{40, 60, 1, 300, 50, 50, 50};
  EXPECT_EQ(batches(plan, counts), (std::vector<std::size_t>{2, 3, 4, 6, 7}));
  EXPECT_TRUE(batches(plan, {}).empty());
}

TEST(Plan, RefusesWhatCannotFit) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  EXPECT_THROW(MemoryPlan(*loaded.model, {.layers = {3}, .outputs = {Output::mean}}, {.memory = 1000}), Error);
  const MemoryPlan plan(*loaded.model, {.layers = {3}, .outputs = {Output::contacts}},
                        {.memory = std::size_t{128} << 20});
  EXPECT_TRUE(plan.fits(500));
  EXPECT_FALSE(plan.fits(34352));
  EXPECT_EQ(plan.too_large(34352).kind(), ErrorKind::memory);
}

}  // namespace
}  // namespace groel::engine
