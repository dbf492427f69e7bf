// attention_maps on the CPU: scores of a block of queries straight into their rows, then a softmax of each row.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/attention_maps_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <type_traits>

#include "base/simd_dispatch.h"
#include "base/threads.h"
#include "ops/attention_impl.h"
#include "ops/attention_inl.h"
#include "ops/scratch.h"
#include "ops/softmax_inl.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

/// Rows [query, query + kQueries) of the map [n, n] of one head; q and k are its first rows.
void map_block(HeadRows q, HeadRows k, std::int64_t width, std::int64_t query, Matrix<float> map) {
  thread_local Scratch scratch;
  float* transposed = scratch.floats(static_cast<std::size_t>((width + kKeys) * kQueries));
  float* scores = transposed + width * kQueries;
  const std::int64_t queries = std::min(kQueries, map.rows - query);
  transpose_queries({q.row(query), q.stride}, queries, width, transposed);
  for (std::int64_t key = 0; key < map.columns; key += kKeys) {
    const std::int64_t keys = std::min(kKeys, map.columns - key);
    for_query_vectors(queries, [&](auto vectors, std::int64_t lane) HWY_ATTR {
      constexpr int kVectors = decltype(vectors)::value;
      Vector highest[kVectors];
      for (Vector& one : highest) one = hn::Zero(kTag);  // not used: each row has a softmax of its own
      score_block<kVectors>(transposed + lane, {k.row(key), k.stride}, keys, width, scores + lane, highest);
    });
    for (std::int64_t i = 0; i < queries; ++i)
      for (std::int64_t j = 0; j < keys; ++j) map.row(query + i)[key + j] = scores[j * kQueries + i];
  }
  for (std::int64_t i = query; i < query + queries; ++i) row_softmax(map.row(i), map.row(i), map.columns);
}

void map_task(const AttentionInput& input, std::int64_t task, Tensor& maps) {
  const std::int64_t n = maps.size(1);
  const std::int64_t blocks = ceil_div(n, kQueries);
  const std::int64_t head = task / blocks;
  const std::int64_t width = input.q.size(1) / input.heads;
  const auto rows = [&](const Tensor& x) { return HeadRows{matrix<float>(x).row(0) + head * width, x.row_stride()}; };
  const Matrix<float> map{maps.mutable_data<float>() + head * n * n, n, n, n};
  map_block(rows(input.q), rows(input.k), width, task % blocks * kQueries, map);
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(map_task);
namespace cpu {

void attention_maps(const AttentionInput& input, Tensor& maps) {
  const std::int64_t tasks = input.heads * ceil_div(maps.size(1), kQueries);
  parallel_for(tasks, [&](std::int64_t task) { GROEL_DISPATCH(map_task)(input, task, maps); });
}

}  // namespace cpu
}  // namespace groel::ops
#endif
