// attention_maps on the CPU: writes the scores of a block of queries into their rows, then takes a softmax of each row.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/attention_maps_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include "base/profile.h"
#include "base/simd_dispatch.h"
#include "base/threads.h"
#include "ops/attention_impl.h"
#include "ops/attention_inl.h"
#include "ops/attention_rules.h"
#include "ops/scratch.h"
#include "ops/softmax_inl.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

/// The task's rows of the map [n_q, n_k] of one head.
void map_block(const AttentionInput& input, const cpu::AttentionTask& task, Matrix<float> map) {
  thread_local Scratch scratch;
  const std::int64_t width = cpu::head_width(input);
  const std::int64_t queries = task.query_end - task.query;
  const cpu::BlockRules rules(input, task, {task.query, queries}, 1.0F);
  const cpu::SharedBias bias = cpu::shared_bias(input, task, task.query, 1.0F);
  float* transposed = reinterpret_cast<float*>(scratch.bytes(cpu::attention_maps_bytes(input)));
  float* scores = transposed + width * kQueries;
  float* rows = scores + kKeys * kQueries;  // of q, then of k
  cpu::rotate_head(cpu::query_rows(input, task, task.query, queries, input.scale), rows);
  transpose_queries({rows, width}, queries, width, transposed);
  const KeyRange range = rules.keys();
  for (std::int64_t i = 0; i < queries; ++i)
    std::fill_n(map.row(i), map.columns, -std::numeric_limits<float>::infinity());
  for (std::int64_t key = range.begin; key < range.end; key += kKeys) {
    const std::int64_t keys = std::min(kKeys, range.end - key);
    cpu::rotate_head(cpu::key_rows(input, task, key, keys), rows);
    for_query_vectors(queries, [&](auto vectors, std::int64_t lane) HWY_ATTR {
      constexpr int kVectors = decltype(vectors)::value;
      Vector highest[kVectors];
      for (Vector& one : highest) one = hn::Zero(kTag);  // not used: each row has a softmax of its own
      score_block<kVectors>(transposed + lane, {rows, width}, keys, width, scores + lane, highest,
                            bias.from(key, lane));
    });
    if (!rules.plain(key, keys)) rules.apply({scores, key, keys, 0, queries});
    for (std::int64_t i = 0; i < queries; ++i)
      for (std::int64_t j = 0; j < keys; ++j) map.row(i)[key + j] = scores[j * kQueries + i];
  }
  for (std::int64_t i = 0; i < queries; ++i) row_softmax(map.row(i), map.row(i), map.columns);
}

void map_task(const AttentionInput& input, const AttentionSequence& s, std::int64_t task, Tensor& maps) {
  const std::int64_t blocks = ceil_div(s.queries(), kQueries);
  const std::int64_t head = task / blocks;
  const std::int64_t query = s.begin + task % blocks * kQueries;
  float* const rows = maps.mutable_data<float>() + (head * s.queries() + query - s.begin) * s.keys();
  map_block(input,
            {head, s.key_begin, s.key_end, query, std::min(s.end, query + kQueries), s.begin, s.ahead(), s.index},
            {rows, s.end - query, s.keys(), s.keys()});
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(map_task);
namespace cpu {

std::size_t attention_maps_bytes(const AttentionInput& input) {
  return static_cast<std::size_t>((2 * head_width(input) + kKeys) * kQueries) * sizeof(float);
}

void attention_maps(const AttentionInput& input, const AttentionSequence& sequence, Tensor& maps) {
  const ProfileScope scope("attention_maps");
  const std::int64_t tasks = input.heads * ceil_div(sequence.queries(), kQueries);
  parallel_for(tasks, [&](std::int64_t task) { GROEL_DISPATCH(map_task)(input, sequence, task, maps); });
}

}  // namespace cpu
}  // namespace groel::ops
#endif
