// After some batches, a batch of a known shape reuses memory of earlier ones and allocates none.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "base/threads.h"
#include "checkpoints/random_model.h"
#include "engine/outputs.h"
#include "engine/precision.h"

namespace {

// Bookkeeping of batches and results is small; anything that grows with tokens times width is not.
constexpr std::size_t kLarge = std::size_t{32} << 10;
std::atomic<std::size_t> large_news = 0;

}  // namespace

// Not inlined: GCC warns of free() on what it no longer knows to be ours.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (bytes >= kLarge) ++large_news;
  if (void* block = std::malloc(bytes == 0 ? 1 : bytes)) return block;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  if (bytes >= kLarge) ++large_news;
  return std::malloc(bytes == 0 ? 1 : bytes);
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace groel::engine {
namespace {

using Tokens = std::vector<std::vector<std::int32_t>>;

Tokens sequences() {
  Tokens out;
  for (const std::size_t length : {40, 300, 7, 130}) {
    std::vector<std::int32_t> tokens(length);
    for (std::size_t i = 0; i < length; ++i) tokens[i] = static_cast<std::int32_t>(4 + i * 7 % 20);
    tokens.front() = 0;
    tokens.back() = 2;
    out.push_back(tokens);
  }
  return out;
}

struct Allocations {
  std::size_t pool;   // blocks that the pool of tensors took from the system
  std::size_t large;  // large blocks of everything else
  bool operator==(const Allocations&) const = default;
};

Allocations allocations() { return {memory_statistics().allocations, large_news.load()}; }

TEST(Allocations, LargeOnesAreCounted) {
  const std::size_t before = large_news;
  const std::vector<char> small(kLarge - 1);
  EXPECT_EQ(large_news, before);
  const std::vector<char> large(kLarge);
  EXPECT_EQ(large_news, before + 1);
  EXPECT_NE(small.data(), large.data());
}

class SteadyState : public ::testing::TestWithParam<ops::Precision> {
 protected:
  void SetUp() override { set_num_threads(1); }  // a second thread may come to its first share of work at any time
  void TearDown() override { set_num_threads(0); }
};

TEST_P(SteadyState, AllocatesNothing) {
  const checkpoints::LoadedModel loaded =
      checkpoints::random_model(models::family_named("esm").configure({2, 320, 20}), 1, GetParam());
  const Tokens tokens = sequences();
  for (const OutputRequest& request :
       {OutputRequest{.layers = {2}, .outputs = {Output::mean}},
        OutputRequest{.layers = {0, 2},
        .outputs = {Output::mean, Output::max, Output::cls, Output::per_residue, Output::logits}},
        OutputRequest{.layers = {2}, .outputs = {Output::contacts, Output::attentions}}}) {
    release_cached_memory();  // what the requests before left
    const Allocations before = allocations();
    for (int i = 0; i < 2; ++i) outputs_of(*loaded.model, tokens, request);
    const Allocations warm = allocations();
    EXPECT_GT(warm.pool, before.pool) << "the counter counts";
    for (int i = 0; i < 3; ++i) outputs_of(*loaded.model, tokens, request);
    EXPECT_EQ(allocations().pool, warm.pool);
    EXPECT_EQ(allocations().large, warm.large);
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, SteadyState, ::testing::Values(ops::Precision::f32, ops::Precision::bf16),
                         [](const auto& p) { return std::string(name(p.param)); });

}  // namespace
}  // namespace groel::engine
