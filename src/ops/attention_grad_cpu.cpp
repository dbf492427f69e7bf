// attention_grad on the CPU: one head of one sequence, block of queries by block of queries.
//
// With P = softmax(q kᵀ), dP = dy vᵀ and D_i = Σ_j P_ij dP_ij: dS = P (dP - D), and dv = Pᵀ dy, dk = dSᵀ q, dq = dS k.
// Scores and dP of a block of queries are kept for all keys, transposed (a vector's lanes are queries, as in
// attention); sums over queries take a vector of the head's columns instead, so rows are padded to whole vectors.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/attention_grad_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "ops/attention_grad_impl.h"
#include "ops/attention_inl.h"
#include "ops/dispatch.h"
#include "ops/scratch.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

/// Working memory of one task; n tokens, w the head's width in whole vectors.
struct Work {
  float *q, *k, *v, *dy;  // [n, w], q and k scaled and rotated
  float *dq, *dk, *dv;    // [n, w], of those
  float* weights;         // [n, kQueries] scores, then P
  float* dweights;        // [n, kQueries] dP, then dS
  float* q_columns;       // [w, kQueries] a block's queries, transposed; then its dq
  float* dy_columns;      // [w, kQueries]
  std::int64_t tokens, width, padded;
};

Work make_work(std::int64_t tokens, std::int64_t width) {
  thread_local Scratch scratch;
  const std::int64_t padded = ceil_div(width, lanes()) * lanes();
  float* at =
      scratch.floats(static_cast<std::size_t>(7 * tokens * padded + 2 * tokens * kQueries + 2 * padded * kQueries));
  const auto take = [&](std::int64_t count) { return std::exchange(at, at + count); };
  Work w{};
  for (float** rows : {&w.q, &w.k, &w.v, &w.dy, &w.dq, &w.dk, &w.dv}) *rows = take(tokens * padded);
  for (float** block : {&w.weights, &w.dweights}) *block = take(tokens * kQueries);
  for (float** columns : {&w.q_columns, &w.dy_columns}) *columns = take(padded * kQueries);
  std::fill(w.dk, w.dk + 2 * tokens * padded, 0.0F);  // and dv behind it
  w.tokens = tokens;
  w.width = width;
  w.padded = padded;
  return w;
}

/// Rotates each row by its position; `direction` -1 turns back.
struct Rotation {
  const RotaryTable& table;
  float direction;
  float scale;

  HWY_INLINE void apply(float* row, std::int64_t position, std::int64_t width) const {
    const Vector factor = hn::Set(kTag, scale);
    if (!table.defined()) {
      for_vectors(width, [&](std::int64_t i, std::int64_t n)
                             HWY_ATTR { store(hn::Mul(load(row + i, n), factor), row + i, n); });
      return;
    }
    const Vector sign = hn::Set(kTag, direction);
    const float* cosine = matrix<float>(table.cosine).row(position);
    const float* sine = matrix<float>(table.sine).row(position);
    float* second = row + width / 2;
    for_vectors(width / 2, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
      const Vector a = hn::Mul(load(row + i, n), factor);
      const Vector b = hn::Mul(load(second + i, n), factor);
      const Vector c = load(cosine + i, n);
      const Vector s = hn::Mul(load(sine + i, n), sign);
      store(hn::NegMulAdd(b, s, hn::Mul(a, c)), row + i, n);
      store(hn::MulAdd(a, s, hn::Mul(b, c)), second + i, n);
    });
  }
};

/// A head's rows of `x` side by side, padded with zeros.
void gather_head(const Tensor& x, const cpu::AttentionGradTask& task, const Work& w, float* to) {
  const auto rows = matrix<float>(x);
  for (std::int64_t t = 0; t < w.tokens; ++t) {
    const float* from = rows.row(task.begin + t) + task.head * w.width;
    std::copy_n(from, w.width, to + t * w.padded);
    std::fill(to + t * w.padded + w.width, to + (t + 1) * w.padded, 0.0F);
  }
}

void scatter_head(const float* from, const cpu::AttentionGradTask& task, const Work& w, Tensor& x) {
  const auto rows = mutable_matrix<float>(x);
  for (std::int64_t t = 0; t < w.tokens; ++t)
    std::copy_n(from + t * w.padded, w.width, rows.row(task.begin + t) + task.head * w.width);
}

/// Scores (`highest` the largest of each query) and dP of one vector of queries become P and dS.
HWY_INLINE void softmax_grad(const Work& w, std::int64_t lane, Vector highest) {
  float* p = w.weights + lane;
  float* dp = w.dweights + lane;
  Vector total = hn::Zero(kTag);
  Vector mean = hn::Zero(kTag);
  for (std::int64_t j = 0; j < w.tokens; ++j) {
    const Vector weight = exp(hn::Sub(hn::LoadU(kTag, p + j * kQueries), highest));
    total = hn::Add(total, weight);
    mean = hn::MulAdd(weight, hn::LoadU(kTag, dp + j * kQueries), mean);
    hn::StoreU(weight, kTag, p + j * kQueries);
  }
  const Vector inverse = hn::Div(hn::Set(kTag, 1.0F), total);
  mean = hn::Mul(mean, inverse);
  for (std::int64_t j = 0; j < w.tokens; ++j) {
    const Vector weight = hn::Mul(hn::LoadU(kTag, p + j * kQueries), inverse);
    hn::StoreU(weight, kTag, p + j * kQueries);
    hn::StoreU(hn::Mul(weight, hn::Sub(hn::LoadU(kTag, dp + j * kQueries), mean)), kTag, dp + j * kQueries);
  }
}

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
HWY_INLINE void outer_columns(const Work& w, const float* weights, const float* x, std::int64_t queries, float* out) {
  constexpr int kRows = kMaxVectors == 2 && V == 2 ? 4 : 8;  // what the registers hold
  std::int64_t j = 0;
  for (; j + kRows <= w.tokens; j += kRows)
    outer_tile<V, kRows>(weights + j * kQueries, x, queries, w.padded, out + j * w.padded);
  for (; j < w.tokens; ++j) outer_tile<V, 1>(weights + j * kQueries, x, queries, w.padded, out + j * w.padded);
}

/// out [n, w] += weightsᵀ x, x the block's rows.
HWY_INLINE void outer_sum(const Work& w, const float* weights, const float* x, std::int64_t queries, float* out) {
  std::int64_t d = 0;
  for (; d + 2 * lanes() <= w.padded; d += 2 * lanes()) outer_columns<2>(w, weights, x + d, queries, out + d);
  for (; d < w.padded; d += lanes()) outer_columns<1>(w, weights, x + d, queries, out + d);
}

/// q_columns [w, kQueries] = kᵀ dS for V vectors of queries.
template <int V>
HWY_INLINE void query_columns(const Work& w, std::int64_t lane) {
  for (std::int64_t d = 0; d < w.padded; d += 4) {  // padded is a multiple of 4 whatever the target
    Tile<V, 4> tile;
    tile.clear();
    for (std::int64_t j = 0; j < w.tokens; ++j) tile.add(w.dweights + j * kQueries + lane, w.k + j * w.padded + d, 1);
#pragma GCC unroll 8
    for (int r = 0; r < 4; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v)
        hn::StoreU(tile.sum[r][v], kTag, w.q_columns + (d + r) * kQueries + lane + v * lanes());
  }
}

void grad_block(const Work& w, std::int64_t query, std::int64_t queries) {
  const float* q = w.q + query * w.padded;
  const float* dy = w.dy + query * w.padded;
  transpose_queries({q, w.padded}, queries, w.width, w.q_columns);
  transpose_queries({dy, w.padded}, queries, w.width, w.dy_columns);
  for_query_vectors(queries, [&](auto vectors, std::int64_t lane) HWY_ATTR {
    constexpr int kVectors = decltype(vectors)::value;
    Vector highest[kVectors];
    Vector unused[kVectors];
    for (int i = 0; i < kVectors; ++i) highest[i] = unused[i] = hn::Set(kTag, -std::numeric_limits<float>::infinity());
    score_block<kVectors>(w.dy_columns + lane, {w.v, w.padded}, w.tokens, w.width, w.dweights + lane, unused);
    score_block<kVectors>(w.q_columns + lane, {w.k, w.padded}, w.tokens, w.width, w.weights + lane, highest);
    for (int i = 0; i < kVectors; ++i) softmax_grad(w, lane + i * lanes(), highest[i]);
  });
  for_query_vectors(
      queries, [&](auto vectors, std::int64_t lane) HWY_ATTR { query_columns<decltype(vectors)::value>(w, lane); });
  outer_sum(w, w.weights, dy, queries, w.dv);
  outer_sum(w, w.dweights, q, queries, w.dk);
  for (std::int64_t i = 0; i < queries; ++i)
    for (std::int64_t d = 0; d < w.width; ++d) w.dq[(query + i) * w.padded + d] = w.q_columns[d * kQueries + i];
}

void grad_head(const AttentionInput& input, const cpu::AttentionGradTask& task, const Tensor& dy,
               AttentionGradients& to) {
  const Work w = make_work(task.end - task.begin, input.q.size(1) / input.heads);
  gather_head(input.q, task, w, w.q);
  gather_head(input.k, task, w, w.k);
  gather_head(input.v, task, w, w.v);
  gather_head(dy, task, w, w.dy);
  const auto rotate = [&](float* rows, float direction, float scale) {
    const Rotation rotation{input.rotary, direction, scale};
    for (std::int64_t t = 0; t < w.tokens; ++t) rotation.apply(rows + t * w.padded, t, w.width);
  };
  rotate(w.q, 1.0F, input.scale);
  rotate(w.k, 1.0F, 1.0F);
  for (std::int64_t query = 0; query < w.tokens; query += kQueries)
    grad_block(w, query, std::min(kQueries, w.tokens - query));
  rotate(w.dq, -1.0F, input.scale);
  rotate(w.dk, -1.0F, 1.0F);
  scatter_head(w.dq, task, w, to.q);
  scatter_head(w.dk, task, w, to.k);
  scatter_head(w.dv, task, w, to.v);
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
HWY_EXPORT(grad_head);
namespace cpu {

void attention_grad(const AttentionInput& input, const AttentionGradTask& task, const Tensor& dy,
                    AttentionGradients& to) {
  GROEL_DISPATCH(grad_head)(input, task, dy, to);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
