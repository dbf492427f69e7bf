// attention_grad in f32: one head of one sequence, block of queries by block of queries.
//
// Scores and dP of a block of queries and one of keys are kept transposed (a vector's lanes are queries, as in
// attention); sums over queries take a vector of the head's columns instead, so rows are padded to whole vectors.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/attention_grad_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <utility>

#include "base/simd_dispatch.h"
#include "ops/attention_grad_impl.h"
#include "ops/attention_inl.h"
#include "ops/rotary_inl.h"
#include "ops/scratch.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

constexpr int kTileColumns = 4;  // of the head, that dq is summed for at a time

/// Working memory of one task; n tokens, w the head's width in whole vectors and tiles.
struct Work {
  float *q, *k, *v, *dy;  // [n, w], q and k scaled and rotated
  float *dk, *dv;         // [n, w], of those
  float* dq;              // [kQueries, w]
  float* weights;         // [kKeys, kQueries] scores, then P
  float* dweights;        // [kKeys, kQueries] dP, then dS
  float* q_columns;       // [w, kQueries] a block's queries, transposed
  float* dy_columns;      // [w, kQueries]
  float* dq_columns;      // [w, kQueries]
  float* log_sums;        // [kQueries] log2 of the sum of exp(score)
  float* means;           // [kQueries] D
  std::int64_t tokens, width, padded;
};

Work make_work(std::int64_t tokens, std::int64_t width) {
  thread_local Scratch scratch;
  const std::int64_t unit = std::max<std::int64_t>(lanes(), kTileColumns);
  const std::int64_t padded = ceil_div(width, unit) * unit;
  float* at = scratch.floats(static_cast<std::size_t>(6 * tokens * padded + (4 * padded + 2 * kKeys + 2) * kQueries));
  const auto take = [&](std::int64_t count) { return std::exchange(at, at + count); };
  Work w{};
  for (float** rows : {&w.q, &w.k, &w.v, &w.dy, &w.dk, &w.dv}) *rows = take(tokens * padded);
  for (float** block : {&w.weights, &w.dweights}) *block = take(kKeys * kQueries);
  for (float** columns : {&w.q_columns, &w.dy_columns, &w.dq_columns, &w.dq}) *columns = take(padded * kQueries);
  for (float** row : {&w.log_sums, &w.means}) *row = take(kQueries);
  std::fill(w.dk, w.dk + 2 * tokens * padded, 0.0F);  // and dv behind it
  w.tokens = tokens;
  w.width = width;
  w.padded = padded;
  return w;
}

void scatter(const cpu::HeadGradient& gradient, const cpu::AttentionGradInput& input, Tensor& to) {
  const auto out = mutable_matrix<float>(to);
  const std::int64_t width = input.width();
  const Vector scale = hn::Set(kTag, gradient.scale);
  const float* row = gradient.rows;
  float* at = out.row(input.task.begin + gradient.start) + input.task.head * width;
  if (!gradient.table.defined()) {
    for (std::int64_t i = 0; i < gradient.count; ++i, row += gradient.stride, at += out.stride)
      for_vectors(width,
                  [&](std::int64_t d, std::int64_t n) HWY_ATTR { store(hn::Mul(load(row + d, n), scale), at + d, n); });
    return;
  }
  const auto cosine = matrix<float>(gradient.table.cosine);
  const auto sine = matrix<float>(gradient.table.sine);
  for (std::int64_t i = 0; i < gradient.count; ++i, row += gradient.stride, at += out.stride)
    turn_head<Turn::back>({row, at, cosine.row(gradient.start + i), sine.row(gradient.start + i), width / 2}, scale);
}

/// A head's rows of `x` side by side, padded with zeros.
void gather_head(const Tensor& x, const cpu::AttentionGradInput& input, const Work& w, float* to) {
  const auto rows = matrix<float>(x);
  for (std::int64_t t = 0; t < w.tokens; ++t) {
    const float* from = rows.row(input.task.begin + t) + input.task.head * w.width;
    std::copy_n(from, w.width, to + t * w.padded);
    std::fill(to + t * w.padded + w.width, to + (t + 1) * w.padded, 0.0F);
  }
}

/// Rotated rows, padded likewise.
void gather_rotated(const cpu::HeadRotation& rotation, const Work& w, float* to) {
  cpu::rotate_head(rotation, to);
  for (std::int64_t t = w.tokens - 1; t >= 0 && w.padded != w.width; --t) {  // apart, the last first
    std::copy_backward(to + t * w.width, to + (t + 1) * w.width, to + t * w.padded + w.width);
    std::fill(to + t * w.padded + w.width, to + (t + 1) * w.padded, 0.0F);
  }
}

/// Scores and dP of one vector of queries become P and dS.
HWY_INLINE void softmax_grad(const Work& w, std::int64_t keys, std::int64_t lane) {
  const Vector log_sum = hn::LoadU(kTag, w.log_sums + lane);
  const Vector mean = hn::LoadU(kTag, w.means + lane);
  for (std::int64_t at = lane; at < lane + keys * kQueries; at += kQueries) {
    const Vector weight = exp2_of_negative(hn::Sub(hn::LoadU(kTag, w.weights + at), log_sum));
    hn::StoreU(weight, kTag, w.weights + at);
    hn::StoreU(hn::Mul(weight, hn::Sub(hn::LoadU(kTag, w.dweights + at), mean)), kTag, w.dweights + at);
  }
}

struct BlockSize {
  std::int64_t queries;
  std::int64_t keys;
};

/// out[j] += Σ_i weights[j][i] x[i] for R keys j and V vectors of columns; weights [R, kQueries], x and out [·,
/// stride].
template <int V, int R>
HWY_INLINE void outer_tile(const float* HWY_RESTRICT weights, const float* HWY_RESTRICT x, std::int64_t queries,
                           std::int64_t stride, float* HWY_RESTRICT out) {
  Vector sum[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) sum[r][v] = hn::LoadU(kTag, out + r * stride + v * lanes());
  for (std::int64_t i = 0; i < queries; ++i) {
    Vector in[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) in[v] = hn::LoadU(kTag, x + i * stride + v * lanes());
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const Vector factor = hn::Set(kTag, weights[r * kQueries + i]);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sum[r][v] = hn::MulAdd(factor, in[v], sum[r][v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) hn::StoreU(sum[r][v], kTag, out + r * stride + v * lanes());
}

template <int V>
HWY_INLINE void outer_columns(const Work& w, const float* weights, const float* x, BlockSize size, float* out) {
  constexpr int kRows = kMaxVectors == 2 && V == 2 ? 4 : 8;  // what the registers hold
  std::int64_t j = 0;
  for (; j + kRows <= size.keys; j += kRows)
    outer_tile<V, kRows>(weights + j * kQueries, x, size.queries, w.padded, out + j * w.padded);
  for (; j < size.keys; ++j) outer_tile<V, 1>(weights + j * kQueries, x, size.queries, w.padded, out + j * w.padded);
}

/// out [keys, w] += weightsᵀ x, x the block's rows.
HWY_INLINE void outer_sum(const Work& w, const float* weights, const float* x, BlockSize size, float* out) {
  std::int64_t d = 0;
  for (; d + 2 * lanes() <= w.padded; d += 2 * lanes()) outer_columns<2>(w, weights, x + d, size, out + d);
  for (; d < w.padded; d += lanes()) outer_columns<1>(w, weights, x + d, size, out + d);
}

/// dq_columns [w, kQueries] += kᵀ dS for V vectors of queries.
template <int V>
HWY_INLINE void query_columns(const Work& w, const float* k, std::int64_t keys, std::int64_t lane) {
  for (std::int64_t d = 0; d < w.padded; d += kTileColumns) {
    float* out = w.dq_columns + d * kQueries + lane;
    Tile<V, kTileColumns> tile;
    tile.load(out, kQueries);
    for (std::int64_t j = 0; j < keys; ++j) tile.add(w.dweights + j * kQueries + lane, k + j * w.padded + d, 1);
    tile.store(out, kQueries);
  }
}

/// Keys [key, key + size.keys) for the queries of the block.
void grad_block(const Work& w, std::int64_t query, std::int64_t key, BlockSize size) {
  const float* k = w.k + key * w.padded;
  const float* v = w.v + key * w.padded;
  for_query_vectors(size.queries, [&](auto vectors, std::int64_t lane) HWY_ATTR {
    constexpr int kVectors = decltype(vectors)::value;
    Vector unused[kVectors];
    for (Vector& one : unused) one = hn::Zero(kTag);  // the largest scores
    score_block<kVectors>(w.dy_columns + lane, {v, w.padded}, size.keys, w.width, w.dweights + lane, unused);
    score_block<kVectors>(w.q_columns + lane, {k, w.padded}, size.keys, w.width, w.weights + lane, unused);
    for (int i = 0; i < kVectors; ++i) softmax_grad(w, size.keys, lane + i * lanes());
    query_columns<kVectors>(w, k, size.keys, lane);
  });
  outer_sum(w, w.weights, w.dy + query * w.padded, size, w.dv + key * w.padded);
  outer_sum(w, w.dweights, w.q + query * w.padded, size, w.dk + key * w.padded);
}

template <class T>
HWY_INLINE float dot(const float* a, const T* b, std::int64_t width) {
  Vector sum = hn::Zero(kTag);
  for_vectors(width,
              [&](std::int64_t i, std::int64_t n) HWY_ATTR { sum = hn::MulAdd(load(a + i, n), load(b + i, n), sum); });
  return sum_of_lanes(sum);
}

/// D = dy · y of the block's queries, of which these are the rows.
template <class T>
HWY_INLINE void set_means(const Work& w, const float* dy, Matrix<const T> y) {
  for (std::int64_t i = 0; i < y.rows; ++i) w.means[i] = dot(dy + i * w.padded, y.row(i), w.width);
}

void start_block(const Work& w, const cpu::AttentionGradInput& input, std::int64_t query, std::int64_t queries) {
  const std::int64_t row = input.task.begin + query;
  const std::int64_t column = input.task.head * w.width;
  const float* log_sums = matrix<float>(input.forward.log_sums).row(input.task.head) + row;
  const Tensor& y = input.forward.y;
  std::fill(w.log_sums, w.log_sums + 2 * kQueries, 0.0F);  // and the means behind them
  std::copy_n(log_sums, queries, w.log_sums);
  const auto set = [&](auto all) HWY_ATTR {
    all.data = all.row(row) + column;
    all.rows = queries;
    set_means(w, w.dy + query * w.padded, all);
  };
  y.dtype() == DType::f32 ? set(matrix<float>(y)) : set(matrix<bf16_t>(y));
  transpose_queries({w.q + query * w.padded, w.padded}, queries, w.width, w.q_columns);
  transpose_queries({w.dy + query * w.padded, w.padded}, queries, w.width, w.dy_columns);
  std::fill(w.dq_columns, w.dq_columns + w.padded * kQueries, 0.0F);
}

void grad_head(const cpu::AttentionGradInput& input, AttentionGradients& to) {
  const Work w = make_work(input.tokens(), input.width());
  const AttentionInput& a = input.attention;
  const auto [head, begin, end] = input.task;
  gather_rotated({a.q, a, head, begin, end - begin, begin, a.scale * cpu::kLog2E}, w, w.q);
  gather_rotated({a.k, a, head, begin, end - begin, begin, 1.0F}, w, w.k);
  gather_head(a.v, input, w, w.v);
  gather_head(input.dy, input, w, w.dy);
  for (std::int64_t query = 0; query < w.tokens; query += kQueries) {
    const std::int64_t queries = std::min(kQueries, w.tokens - query);
    start_block(w, input, query, queries);
    for (std::int64_t key = 0; key < w.tokens; key += kKeys)
      grad_block(w, query, key, {queries, std::min(kKeys, w.tokens - key)});
    for (std::int64_t i = 0; i < queries; ++i)
      for (std::int64_t d = 0; d < w.width; ++d) w.dq[i * w.padded + d] = w.dq_columns[d * kQueries + i];
    scatter({w.dq, w.padded, query, queries, a.scale, a.rotary}, input, to.q);
  }
  scatter({w.dk, w.padded, 0, w.tokens, 1 / cpu::kLog2E, a.rotary}, input, to.k);
  scatter({w.dv, w.padded, 0, w.tokens, 1.0F, {}}, input, to.v);
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(grad_head);
GROEL_EXPORT(scatter);
namespace cpu {

void attention_grad_f32(const AttentionGradInput& input, AttentionGradients& to) {
  GROEL_DISPATCH(grad_head)(input, to);
}
void scatter_head(const HeadGradient& gradient, const AttentionGradInput& input, Tensor& to) {
  GROEL_DISPATCH(scatter)(gradient, input, to);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
