// attention on the CPU: the tasks of a batch, and which kernel runs them.
#include <algorithm>
#include <vector>

#include "base/cpu.h"
#include "base/threads.h"
#include "ops/attention_impl.h"

namespace groel::ops::cpu {
namespace {

// A task a head of a sequence, or several when there are few heads for the threads; the longest first.
std::vector<AttentionTask> tasks(const AttentionInput& input) {
  const auto bounds = sequence_bounds(input.cu_seqlens, input.q.size(0));
  const auto heads_in_all = static_cast<std::int64_t>(bounds.size() - 1) * input.heads;
  const std::int64_t parts = heads_in_all > 0 ? ceil_div(8 * num_threads(), heads_in_all) : 1;
  std::vector<AttentionTask> out;
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    const std::int64_t begin = bounds[b];
    const std::int64_t end = bounds[b + 1];
    const std::int64_t step = ceil_div(ceil_div(end - begin, kQueries), parts) * kQueries;
    for (std::int64_t head = 0; head < input.heads; ++head)
      for (std::int64_t query = begin; query < end; query += step)
        out.push_back({head, begin, end, query, std::min(end, query + step)});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.keys() > b.keys(); });
  return out;
}

}  // namespace

AttentionKernel attention_kernel(Precision precision) {
  if (precision != Precision::bf16) return attend_f32;
  if (active_isa() >= Isa::amx) return attend_amx;
  return active_isa() >= Isa::avx512_bf16 ? attend_bf16 : attend_f32;
}

void attention(const AttentionInput& input, AttentionKernel kernel, Tensor& out) {
  const std::vector<AttentionTask> list = tasks(input);
  parallel_for(static_cast<std::int64_t>(list.size()),
               [&](std::int64_t i) { kernel(input, list[static_cast<std::size_t>(i)], out); });
}

}  // namespace groel::ops::cpu
