// attention_grad in f32: one head of one sequence, block of queries by block of queries.
//
// Scores and dP of a block of queries and one of keys are kept transposed (a vector's lanes are queries, as in
// attention); sums over queries take a vector of the head's columns instead, so rows are padded to whole vectors.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/attention_grad_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/simd_dispatch.h"
#include "ops/attention_grad_impl.h"
#include "ops/attention_inl.h"
#include "ops/attention_rules.h"
#include "ops/rotary_inl.h"
#include "ops/scratch.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

constexpr int kTileColumns = 4;  // of the head, that dq is summed for at a time

/// Working memory of one task; w the head's width in whole vectors and tiles.
struct Work {
  float *q, *dy;      // [queries, w] of one head, q scaled and rotated
  float *k, *v;       // [keys, w], k rotated
  float *dk, *dv;     // [keys, w], of those
  float* dq;          // [kQueries, w]
  float* weights;     // [kKeys, kQueries] scores, then P
  float* dweights;    // [kKeys, kQueries] dP, then dS
  float* q_columns;   // [w, kQueries] a block's queries, transposed
  float* dy_columns;  // [w, kQueries]
  float* dq_columns;  // [w, kQueries]
  float* log_sums;    // [kQueries] log2 of the sum of exp(score)
  float* means;       // [kQueries] D
  std::int64_t queries, keys, width, padded;
};

std::int64_t padded_width(std::int64_t width) {
  const std::int64_t unit = std::max<std::int64_t>(lanes(), kTileColumns);
  return ceil_div(width, unit) * unit;
}

std::int64_t work_words(std::int64_t width, std::int64_t queries, std::int64_t keys) {
  const std::int64_t padded = padded_width(width);
  return (2 * queries + 4 * keys) * padded + (4 * padded + 2 * kKeys + 2) * kQueries;
}

Work make_work(std::int64_t queries, std::int64_t keys, std::int64_t width) {
  thread_local Scratch scratch;
  const std::int64_t padded = padded_width(width);
  float* at = scratch.floats(static_cast<std::size_t>(work_words(width, queries, keys)));
  const auto take = [&](std::int64_t count) { return std::exchange(at, at + count); };
  Work w{};
  for (float** rows : {&w.q, &w.dy}) *rows = take(queries * padded);
  for (float** rows : {&w.k, &w.v, &w.dk, &w.dv}) *rows = take(keys * padded);
  for (float** block : {&w.weights, &w.dweights}) *block = take(kKeys * kQueries);
  for (float** columns : {&w.q_columns, &w.dy_columns, &w.dq_columns, &w.dq}) *columns = take(padded * kQueries);
  for (float** row : {&w.log_sums, &w.means}) *row = take(kQueries);
  std::fill(w.dk, w.dk + 2 * keys * padded, 0.0F);  // and dv, which follows it
  w.queries = queries;
  w.keys = keys;
  w.width = width;
  w.padded = padded;
  return w;
}

void scatter(const cpu::HeadGradient& gradient, Tensor& to) {
  const cpu::HeadRotation& r = gradient.rotation;
  const auto out = mutable_matrix<float>(to);
  const std::int64_t width = cpu::head_width(r.input);
  const Vector scale = hn::Set(kTag, r.scale);
  const float* row = gradient.rows;
  float* at = out.row(r.begin) + r.head * width;
  if (!gradient.table.defined()) {
    for (std::int64_t i = 0; i < r.rows; ++i, row += gradient.stride, at += out.stride)
      for_vectors(width,
                  [&](std::int64_t d, std::int64_t n) HWY_ATTR { store(hn::Mul(load(row + d, n), scale), at + d, n); });
    return;
  }
  const auto cosine = matrix<float>(gradient.table.cosine);
  const auto sine = matrix<float>(gradient.table.sine);
  for (std::int64_t i = r.begin; i < r.begin + r.rows; ++i, row += gradient.stride, at += out.stride) {
    const std::int64_t p = r.positions != nullptr ? r.positions[i] : i - r.start;
    turn_head<Turn::back>({row, at, cosine.row(p), sine.row(p), width / 2}, scale);
  }
}

/// Rows [begin, end) of a head of `x` side by side, padded with zeros.
void gather_head(const Tensor& x, std::int64_t head, KeyRange of, const Work& w, float* to) {
  const auto rows = matrix<float>(x);
  for (std::int64_t t = of.begin; t < of.end; ++t, to += w.padded) {
    std::copy_n(rows.row(t) + head * w.width, w.width, to);
    std::fill(to + w.width, to + w.padded, 0.0F);
  }
}

/// Rotated rows, padded likewise.
void gather_rotated(const cpu::HeadRotation& rotation, const Work& w, float* to) {
  cpu::rotate_head(rotation, to);
  for (std::int64_t t = rotation.rows - 1; t >= 0 && w.padded != w.width; --t) {  // apart, the last first
    std::copy_backward(to + t * w.width, to + (t + 1) * w.width, to + t * w.padded + w.width);
    std::fill(to + t * w.padded + w.width, to + (t + 1) * w.padded, 0.0F);
  }
}

/// Scores and dP of one vector of queries become P and dS; both are 0 where rules made a score minus infinity.
template <bool kRuled>
HWY_INLINE void softmax_grad(const Work& w, std::int64_t keys, std::int64_t lane) {
  const Vector log_sum = hn::LoadU(kTag, w.log_sums + lane);
  const Vector mean = hn::LoadU(kTag, w.means + lane);
  for (std::int64_t at = lane; at < lane + keys * kQueries; at += kQueries) {
    const Vector score = hn::LoadU(kTag, w.weights + at);
    Vector weight = exp2_of_negative(hn::Sub(score, log_sum));
    if constexpr (kRuled)
      weight = hn::IfThenZeroElse(hn::Eq(score, hn::Set(kTag, -std::numeric_limits<float>::infinity())), weight);
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

/// A block of queries of one head.
struct Queries {
  std::int64_t first;  // of the sequence
  cpu::BlockRules rules;
  float* bias_gradient;  // [queries, keys of the sequence] from `first` on; nullptr: not wanted
};

/// Keys [key, key + size.keys) for the queries of the block.
template <bool kRuled>
void grad_block(const Work& w, const Queries& block, std::int64_t key, BlockSize size) {
  const float* k = w.k + key * w.padded;
  const float* v = w.v + key * w.padded;
  for_query_vectors(size.queries, [&](auto vectors, std::int64_t lane) HWY_ATTR {
    constexpr int kVectors = decltype(vectors)::value;
    Vector unused[kVectors];
    for (Vector& one : unused) one = hn::Zero(kTag);  // the largest scores
    score_block<kVectors>(w.dy_columns + lane, {v, w.padded}, size.keys, w.width, w.dweights + lane, unused);
    score_block<kVectors>(w.q_columns + lane, {k, w.padded}, size.keys, w.width, w.weights + lane, unused);
    if constexpr (kRuled) block.rules.apply({w.weights, key, size.keys, lane, kVectors * lanes()});
    for (int i = 0; i < kVectors; ++i) softmax_grad<kRuled>(w, size.keys, lane + i * lanes());
    query_columns<kVectors>(w, k, size.keys, lane);
  });
  outer_sum(w, w.weights, w.dy + block.first * w.padded, size, w.dv + key * w.padded);
  outer_sum(w, w.dweights, w.q + block.first * w.padded, size, w.dk + key * w.padded);
}

/// A score's slope is its bias' slope.
void add_bias_gradient(const Work& w, const Queries& block, std::int64_t key, BlockSize size) {
  for (std::int64_t i = 0; i < size.queries; ++i) {
    float* const to = block.bias_gradient + i * w.keys + key;
    for (std::int64_t j = 0; j < size.keys; ++j) to[j] += w.dweights[j * kQueries + i];
  }
}

void grad_keys(const Work& w, const Queries& block, std::int64_t queries) {
  const KeyRange range = block.rules.keys();
  for (std::int64_t key = range.begin; key < range.end; key += kKeys) {
    const BlockSize size{queries, std::min(kKeys, range.end - key)};
    block.rules.plain(key, size.keys) ? grad_block<false>(w, block, key, size) : grad_block<true>(w, block, key, size);
    if (block.bias_gradient != nullptr) add_bias_gradient(w, block, key, size);
  }
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
  const std::int64_t row = input.task.query + query;
  const std::int64_t column = input.task.head * w.width;
  const float* log_sums = matrix<float>(input.forward.log_sums).row(input.task.head) + row;
  const Tensor& y = input.forward.y;
  std::fill(w.log_sums, w.log_sums + 2 * kQueries, 0.0F);  // and the means, which follow
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

float* bias_gradient(const cpu::AttentionTask& task, AttentionGradients& to) {
  if (to.bias.empty()) return nullptr;
  Tensor& bias = to.bias[to.bias.size() == 1 ? 0 : static_cast<std::size_t>(task.sequence)];
  if (!bias.defined()) return nullptr;
  return bias.mutable_data<float>() + task.head * bias.size(1) * bias.size(2);
}

/// One head's queries, which add to dk and dv.
void grad_queries(const cpu::AttentionGradInput& input, const Work& w, AttentionGradients& to) {
  const AttentionInput& a = input.attention;
  const cpu::AttentionTask& task = input.task;
  float* const bias = bias_gradient(task, to);
  gather_rotated(cpu::query_rows(a, task, task.query, w.queries, a.scale * cpu::kLog2E), w, w.q);
  gather_head(input.dy, task.head, {task.query, task.query_end}, w, w.dy);
  for (std::int64_t query = 0; query < w.queries; query += kQueries) {
    const std::int64_t queries = std::min(kQueries, w.queries - query);
    const std::int64_t row = task.query + query;
    start_block(w, input, query, queries);
    grad_keys(w, {query, {a, task, {row, queries}}, bias == nullptr ? nullptr : bias + query * w.keys}, queries);
    for (std::int64_t i = 0; i < queries; ++i)
      for (std::int64_t d = 0; d < w.width; ++d) w.dq[i * w.padded + d] = w.dq_columns[d * kQueries + i];
    scatter(cpu::query_gradient(input, w.dq, w.padded, row, queries), to.q);
  }
}

void grad_head(const cpu::AttentionGradInput& input, AttentionGradients& to) {
  const Work w = make_work(input.queries(), input.keys(), input.width());
  const AttentionInput& a = input.attention;
  const cpu::AttentionTask& task = input.task;
  gather_rotated(cpu::key_rows(a, task, 0, w.keys), w, w.k);
  gather_head(a.v, cpu::key_head(a, task.head), {task.begin, task.end}, w, w.v);
  for (std::int64_t i = 0; i < input.group(); ++i) grad_queries(input.with_head(task.head + i), w, to);
  scatter(cpu::key_gradient(input, w.dk, w.padded), to.k);
  scatter(cpu::value_gradient(input, w.dv, w.padded), to.v);
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(grad_head);
GROEL_EXPORT(scatter);
GROEL_EXPORT(work_words);
namespace cpu {

std::int64_t gradient_words_f32(std::int64_t width, std::int64_t queries, std::int64_t keys) {
  return GROEL_DISPATCH(work_words)(width, queries, keys);
}

void attention_grad_f32(const AttentionGradInput& input, AttentionGradients& to) {
  GROEL_DISPATCH(grad_head)(input, to);
}
void scatter_head(const HeadGradient& gradient, Tensor& to) { GROEL_DISPATCH(scatter)(gradient, to); }

}  // namespace cpu
}  // namespace groel::ops
#endif
