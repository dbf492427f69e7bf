// attention on the CPU: splits a batch into tasks, and chooses the kernel for each.
#include <algorithm>
#include <cmath>
#include <vector>

#include "base/cpu.h"
#include "base/threads.h"
#include "ops/attention_impl.h"

namespace groel::ops::cpu {
namespace {

// Queries of one task against that many keys: however long the sequence, a task takes a fraction of a second, so that
// work can be stopped between two of them.
std::int64_t most_queries(std::int64_t keys, std::int64_t width) {
  constexpr std::int64_t kMostProducts = std::int64_t{1} << 31;
  return std::max<std::int64_t>(1, kMostProducts / std::max<std::int64_t>(1, keys * width) / kQueries) * kQueries;
}

// One task per head of a sequence, or several when there are few heads for the threads or many keys; the longest first.
std::vector<AttentionTask> tasks(const AttentionInput& input) {
  const AttentionLayout layout(input);
  const std::int64_t heads_in_all = layout.sequences() * input.heads;
  const std::int64_t parts = heads_in_all > 0 ? ceil_div(8 * num_threads(), heads_in_all) : 1;
  std::vector<AttentionTask> out;
  for (std::int64_t b = 0; b < layout.sequences(); ++b) {
    const AttentionSequence s = layout.sequence(b);
    const std::int64_t step =
        std::min(ceil_div(ceil_div(s.queries(), kQueries), parts) * kQueries, most_queries(s.keys(), layout.width()));
    for (std::int64_t head = 0; head < input.heads; ++head)
      for (std::int64_t query = s.begin; query < s.end; query += step)
        out.push_back({head, s.key_begin, s.key_end, query, std::min(s.end, query + step), s.begin, s.ahead(), b});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.keys() > b.keys(); });
  return out;
}

// The tiles are tried once against the dot products before they are trusted with results.
AttentionKernel bf16_kernel() {
  if (active_isa() < Isa::avx512_bf16) return attend_f32;
  if (active_isa() < Isa::amx) return attend_bf16;
  static const bool tiles_work = kernels_agree(attend_amx, attend_bf16);
  return tiles_work ? attend_amx : attend_bf16;
}

}  // namespace

bool kernels_agree(AttentionKernel a, AttentionKernel b) {
  constexpr std::int64_t kTokens = 75;  // more than a block, and not whole tiles
  constexpr std::int64_t kWidth = 24;
  Tensor qkv = Tensor::empty({kTokens, 3 * kWidth});
  float* values = qkv.mutable_data<float>();
  for (std::int64_t i = 0; i < qkv.count(); ++i) values[i] = static_cast<float>(i * 7919 % 199) / 99.5F - 1;
  const std::int32_t bounds[] = {0, kTokens};
  const AttentionInput input{qkv.columns(0, kWidth), qkv.columns(kWidth, 2 * kWidth),
                             qkv.columns(2 * kWidth, 3 * kWidth), Tensor::of<std::int32_t>({2}, bounds)};
  AttentionResult results[] = {{Tensor::empty({kTokens, kWidth}), {}}, {Tensor::empty({kTokens, kWidth}), {}}};
  a(input, {0, 0, kTokens, 0, kTokens}, results[0]);
  b(input, {0, 0, kTokens, 0, kTokens}, results[1]);
  const auto x = results[0].y.values<float>();
  const auto y = results[1].y.values<float>();
  constexpr float kNear = 0.02F;  // values are up to 1, weights are rounded to 2^-9
  return std::equal(x.begin(), x.end(), y.begin(), [](float u, float v) { return std::abs(u - v) < kNear; });
}

void write_log_sums(const SoftmaxSums& sums, AttentionResult& out) {
  if (!out.log_sums.defined()) return;
  float* to = mutable_matrix<float>(out.log_sums).row(sums.head) + sums.query;
  for (std::int64_t i = 0; i < sums.count; ++i) to[i] = sums.highest[i] + std::log2(sums.total[i]);
}

AttentionKernel attention_kernel(Precision precision) {
  return precision == Precision::bf16 ? bf16_kernel() : attend_f32;
}

void attention(const AttentionInput& input, AttentionKernel kernel, AttentionResult& out) {
  const std::vector<AttentionTask> list = tasks(input);
  parallel_for(static_cast<std::int64_t>(list.size()),
               [&](std::int64_t i) { kernel(input, list[static_cast<std::size_t>(i)], out); });
}

}  // namespace groel::ops::cpu
