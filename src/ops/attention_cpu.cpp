// attention on the CPU: one task takes a block of queries of one head through all keys, with an online softmax.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/attention_cpu.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/threads.h"
#include "ops/attention_impl.h"
#include "ops/attention_inl.h"
#include "ops/dispatch.h"
#include "ops/scratch.h"
#include "ops/view.h"

#ifndef GROEL_OPS_ATTENTION_TASK  // once for all targets
#define GROEL_OPS_ATTENTION_TASK
namespace groel::ops::cpu {

/// Queries [query, query + queries) of one head, against keys and values [begin, end).
struct AttentionTask {
  std::int64_t head;
  std::int64_t begin;
  std::int64_t end;
  std::int64_t query;
  std::int64_t queries;
};

}  // namespace groel::ops::cpu
#endif

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

void attend(const AttentionInput& input, const cpu::AttentionTask& task, Tensor& out) {
  const std::int64_t width = input.q.size(1) / input.heads;
  const std::int64_t column = task.head * width;
  const auto rows = [&](const Tensor& x) { return HeadRows{matrix<float>(x).row(0) + column, x.row_stride()}; };
  const HeadRows q = rows(input.q);
  const HeadRows k = rows(input.k);
  const HeadRows v = rows(input.v);
  const Block b = make_block(width);
  const auto prefetch = [&](std::int64_t key) HWY_ATTR {
    const std::int64_t keys = std::min(kKeys, task.end - key);
    prefetch_rows({k.row(key), k.stride}, keys, width);
    prefetch_rows({v.row(key), v.stride}, keys, width);
  };
  prefetch_rows({q.row(task.query), q.stride}, task.queries, width);
  prefetch(task.begin);
  transpose_queries({q.row(task.query), q.stride}, task.queries, width, b.q);
  for (std::int64_t key = task.begin; key < task.end; key += kKeys) {
    const std::int64_t keys = std::min(kKeys, task.end - key);
    prefetch(key + keys);
    for_query_vectors(task.queries, [&](auto vectors, std::int64_t lane) HWY_ATTR {
      constexpr int kVectors = decltype(vectors)::value;
      score_block<kVectors>(b.q + lane, {k.row(key), k.stride}, keys, width, b.scores + lane);
      for (int i = 0; i < kVectors; ++i) softmax_step(b, keys, lane + i * lanes());
      value_block<kVectors>(b, {v.row(key), v.stride}, keys, width, lane);
    });
  }
  const auto write = [&](auto matrix) {
    matrix.data = matrix.row(task.query) + column;
    write_block(b, task.queries, width, matrix);
  };
  out.dtype() == DType::f32 ? write(mutable_matrix<float>(out)) : write(mutable_matrix<bf16_t>(out));
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
HWY_EXPORT(attend);
namespace cpu {
namespace {

constexpr std::int64_t kTaskQueries = 64;

// Tasks of one head of one sequence follow each other: they share its keys and values in the cache.
std::vector<AttentionTask> tasks(const AttentionInput& input) {
  std::vector<AttentionTask> out;
  const auto bounds = sequence_bounds(input.cu_seqlens, input.q.size(0));
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int64_t head = 0; head < input.heads; ++head)
      for (std::int64_t query = bounds[b]; query < bounds[b + 1]; query += kTaskQueries)
        out.push_back(
            {head, bounds[b], bounds[b + 1], query, std::min<std::int64_t>(kTaskQueries, bounds[b + 1] - query)});
  return out;
}

}  // namespace

void attention(const AttentionInput& input, Tensor& out) {
  const std::vector<AttentionTask> list = tasks(input);
  parallel_for(static_cast<std::int64_t>(list.size()), [&](std::int64_t i) {
    GROEL_DISPATCH(attend)(input, list[static_cast<std::size_t>(i)], out);
  });
}

}  // namespace cpu
}  // namespace groel::ops
#endif
