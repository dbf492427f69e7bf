// attention on the CPU: one task takes a block of queries of one head through all keys, with an online softmax.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/attention_cpu.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/cpu.h"
#include "base/threads.h"
#include "ops/attention_impl.h"
#include "ops/attention_inl.h"
#include "ops/dispatch.h"
#include "ops/scratch.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

/// One block's working memory, all transposed: a row of kQueries for each width, key or statistic.
struct Block {
  float* q;           // [width, kQueries]
  float* scores;      // [kKeys, kQueries]
  float* out;         // [width, kQueries]
  float* highest;     // [kQueries] running maximum of the scores
  float* total;       // [kQueries] running sum of exp(score - highest)
  float* correction;  // [kQueries] what the last block of keys scales earlier sums by
};

Block make_block(std::int64_t width) {
  thread_local Scratch scratch;
  float* at = scratch.floats(static_cast<std::size_t>(kQueries * (2 * width + kKeys + 3)));
  const auto take = [&](std::int64_t count) { return std::exchange(at, at + count); };
  Block b{};
  b.q = take(width * kQueries);
  b.scores = take(kKeys * kQueries);
  b.out = take(width * kQueries);
  b.highest = take(kQueries);
  b.total = take(kQueries);
  b.correction = take(kQueries);
  std::fill(b.out, b.out + width * kQueries, 0.0F);
  std::fill(b.highest, b.highest + kQueries, -std::numeric_limits<float>::infinity());
  std::fill(b.total, b.total + kQueries, 0.0F);
  return b;
}

/// Scores of one vector of queries become exp(score - highest); updates the running statistics.
HWY_INLINE void softmax_step(const Block& b, std::int64_t keys, std::int64_t lane) {
  const Vector before = hn::LoadU(kTag, b.highest + lane);
  Vector highest = before;
  for (std::int64_t j = 0; j < keys; ++j) highest = hn::Max(highest, hn::LoadU(kTag, b.scores + j * kQueries + lane));
  Vector sum = hn::Zero(kTag);
  for (std::int64_t j = 0; j < keys; ++j) {
    float* score = b.scores + j * kQueries + lane;
    const Vector weight = exp(hn::Sub(hn::LoadU(kTag, score), highest));
    sum = hn::Add(sum, weight);
    hn::StoreU(weight, kTag, score);
  }
  const Vector correction = exp(hn::Sub(before, highest));
  hn::StoreU(highest, kTag, b.highest + lane);
  hn::StoreU(correction, kTag, b.correction + lane);
  hn::StoreU(hn::MulAdd(hn::LoadU(kTag, b.total + lane), correction, sum), kTag, b.total + lane);
}

/// out[d..d+R) = out * correction + weights · v, for R columns of v and V vectors of queries.
template <int V, int R>
HWY_INLINE void value_tile(const Block& b, HeadRows v, std::int64_t keys, std::int64_t d, std::int64_t lane) {
  Tile<V, R> tile;
  tile.clear();
  for (std::int64_t j = 0; j < keys; ++j) tile.add(b.scores + j * kQueries + lane, v.row(j) + d, 1);
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int i = 0; i < V; ++i) {
      float* out = b.out + (d + r) * kQueries + lane + i * lanes();
      const Vector correction = hn::LoadU(kTag, b.correction + lane + i * lanes());
      hn::StoreU(hn::MulAdd(hn::LoadU(kTag, out), correction, tile.sum[r][i]), kTag, out);
    }
}

template <int V>
HWY_INLINE void value_block(const Block& b, HeadRows v, std::int64_t keys, std::int64_t width, std::int64_t lane) {
  std::int64_t d = 0;
  for (; d + 4 <= width; d += 4) value_tile<V, 4>(b, v, keys, d, lane);
  for (; d < width; ++d) value_tile<V, 1>(b, v, keys, d, lane);
}

struct BlockShape {
  std::int64_t keys;
  std::int64_t queries;
  std::int64_t width;
};

/// One block of keys and values for all queries of the block.
void attend_keys(const Block& b, HeadRows k, HeadRows v, const BlockShape& shape) {
  for_query_vectors(shape.queries, [&](auto vectors, std::int64_t lane) HWY_ATTR {
    constexpr int kVectors = decltype(vectors)::value;
    score_block<kVectors>(b.q + lane, k, shape.keys, shape.width, b.scores + lane);
    for (int i = 0; i < kVectors; ++i) softmax_step(b, shape.keys, lane + i * lanes());
    value_block<kVectors>(b, v, shape.keys, shape.width, lane);
  });
}

/// Queries back in rows, divided by their sums. All are transposed (into q's memory) before any is read as vectors:
/// a vector read soon after the scalar writes that it covers would have to wait for them.
template <class T>
void write_block(const Block& b, std::int64_t queries, std::int64_t width, Matrix<T> out) {
  float* rows = b.q;
  for (std::int64_t i = 0; i < queries; ++i)
    for (std::int64_t d = 0; d < width; ++d) rows[i * width + d] = b.out[d * kQueries + i];
  for (std::int64_t i = 0; i < queries; ++i) {
    const float* row = rows + i * width;
    const Vector inverse = hn::Set(kTag, 1.0F / b.total[i]);
    T* to = out.row(i);
    for_vectors(width,
                [&](std::int64_t d, std::int64_t n) HWY_ATTR { store(hn::Mul(load(row + d, n), inverse), to + d, n); });
  }
}

/// Asks for rows that are needed soon: they lie far apart, so the hardware does not foresee them.
HWY_INLINE void prefetch_rows(HeadRows x, std::int64_t rows, std::int64_t width) {
  constexpr std::int64_t kLine = 16;  // floats
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t d = 0; d < width; d += kLine) hwy::Prefetch(x.row(i) + d);
}

struct Head {
  HeadRows q;
  HeadRows k;
  HeadRows v;
  std::int64_t width;
};

Head head_of(const AttentionInput& input, const cpu::AttentionTask& task) {
  const std::int64_t width = input.q.size(1) / input.heads;
  const auto rows = [&](const Tensor& x) {
    return HeadRows{matrix<float>(x).data + task.head * width, x.row_stride()};
  };
  return {rows(input.q), rows(input.k), rows(input.v), width};
}

HWY_INLINE void prefetch_keys(const Head& head, std::int64_t begin, std::int64_t end) {
  const std::int64_t keys = std::min(kKeys, end - begin);
  prefetch_rows({head.k.row(begin), head.k.stride}, keys, head.width);
  prefetch_rows({head.v.row(begin), head.v.stride}, keys, head.width);
}

void prefetch_task(const AttentionInput& input, const cpu::AttentionTask& task) {
  const Head head = head_of(input, task);
  prefetch_rows({head.q.row(task.query), head.q.stride}, task.queries, head.width);
  prefetch_keys(head, task.begin, task.end);
}

void attend(const AttentionInput& input, const cpu::AttentionTask& task, Tensor& out) {
  const Head head = head_of(input, task);
  const std::int64_t width = head.width;
  const Block b = make_block(width);
  transpose_queries({head.q.row(task.query), head.q.stride}, task.queries, width, b.q);
  for (std::int64_t key = task.begin; key < task.end; key += kKeys) {
    const std::int64_t keys = std::min(kKeys, task.end - key);
    prefetch_keys(head, key + keys, task.end);
    attend_keys(b, {head.k.row(key), head.k.stride}, {head.v.row(key), head.v.stride}, {keys, task.queries, width});
  }
  const auto write = [&](auto matrix) {
    matrix.data = matrix.row(task.query) + task.head * width;
    write_block(b, task.queries, width, matrix);
  };
  out.dtype() == DType::f32 ? write(mutable_matrix<float>(out)) : write(mutable_matrix<bf16_t>(out));
}

void attend_all(const AttentionInput& input, std::span<const cpu::AttentionTask> tasks, Tensor& out) {
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (i == 0) prefetch_task(input, tasks[i]);
    if (i + 1 < tasks.size()) prefetch_task(input, tasks[i + 1]);
    attend(input, tasks[i], out);
  }
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
HWY_EXPORT(attend_all);
namespace cpu {
namespace {

// Tasks of one head of one sequence follow each other: they share its keys and values in the cache.
std::vector<AttentionTask> tasks(const AttentionInput& input) {
  std::vector<AttentionTask> out;
  const auto bounds = sequence_bounds(input.cu_seqlens, input.q.size(0));
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int64_t head = 0; head < input.heads; ++head)
      for (std::int64_t query = bounds[b]; query < bounds[b + 1]; query += kAttentionQueries)
        out.push_back(
            {head, bounds[b], bounds[b + 1], query, std::min<std::int64_t>(kAttentionQueries, bounds[b + 1] - query)});
  return out;
}

}  // namespace

// A thread takes several tasks in a row when there are many, and so knows what memory it needs next.
void attention(const AttentionInput& input, Tensor& out) {
  const std::vector<AttentionTask> list = tasks(input);
  const auto count = static_cast<std::int64_t>(list.size());
  const std::int64_t run = std::clamp<std::int64_t>(count / (16 * num_threads()), 1, 16);
  const bool bf16 = input.precision == Precision::bf16 && active_isa() >= Isa::avx512_bf16;
  parallel_for(ceil_div(count, run), [&](std::int64_t i) {
    const std::int64_t begin = i * run;
    const auto length = static_cast<std::size_t>(std::min(run, count - begin));
    const std::span<const AttentionTask> run_tasks(list.data() + begin, length);
    if (bf16)
      for (const AttentionTask& task : run_tasks) attend_bf16(input, task, out);
    else
      GROEL_DISPATCH(attend_all)(input, run_tasks, out);
  });
}

}  // namespace cpu
}  // namespace groel::ops
#endif
