// Attention's inner kernels; included once per Highway target, so without #pragma once.
//
// A vector's lanes are queries: q is transposed once for a block of queries, and keys and values are broadcast from
// where they lie. So every query runs the same chain of operations over its keys in order, whichever lane or block it
// falls in, no reduction runs across lanes, and a head may have any width.
#if defined(GROEL_OPS_ATTENTION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GROEL_OPS_ATTENTION_INL_H_
#undef GROEL_OPS_ATTENTION_INL_H_
#else
#define GROEL_OPS_ATTENTION_INL_H_
#endif

#include <hwy/cache_control.h>

#include <algorithm>
#include <type_traits>

#include "ops/attention_impl.h"
#include "ops/attention_rules.h"
#include "ops/transpose_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {

using cpu::kKeys;
using cpu::kQueries;
constexpr int kMaxVectors = HWY_TARGET == HWY_AVX2 ? 2 : 4;  // of queries at a time: what the registers hold

/// Strided rows of one head.
struct HeadRows {
  const float* data;
  std::int64_t stride;
  const float* row(std::int64_t i) const { return data + i * stride; }
};

/// Calls body(std::integral_constant<int, n>, first lane) over the vectors that hold `rows` queries.
template <class Body>
HWY_INLINE void for_query_vectors(std::int64_t rows, const Body& body) {
  const std::int64_t vectors = (rows + lanes() - 1) / lanes();
  std::int64_t v = 0;
  for (; v + kMaxVectors <= vectors; v += kMaxVectors) body(std::integral_constant<int, kMaxVectors>{}, v * lanes());
  switch (vectors - v) {
    case 1: body(std::integral_constant<int, 1>{}, v * lanes()); return;
    case 2: body(std::integral_constant<int, std::min(2, kMaxVectors)>{}, v * lanes()); return;
    case 3: body(std::integral_constant<int, std::min(3, kMaxVectors)>{}, v * lanes()); return;
    default: return;
  }
}

/// q rows -> transposed [width, kQueries]; lanes past `rows`, up to a full vector, are zeros.
HWY_INLINE void transpose_queries(HeadRows q, std::int64_t rows, std::int64_t width, float* HWY_RESTRICT to) {
  transpose_tiles(
      rows, width, [&](std::int64_t i, std::int64_t d, std::int64_t n) HWY_ATTR { return load(q.row(i) + d, n); },
      [&](std::int64_t d, std::int64_t i, std::int64_t, Vector v)
          HWY_ATTR { hn::StoreU(v, kTag, to + d * kQueries + i); });
}

/// The registers of a product: sum[r] += broadcast(b[r]) * x, for R rows r and V vectors x of queries.
template <int V, int R>
struct Tile {
  Vector sum[R][V];

  HWY_INLINE void clear() {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sum[r][v] = hn::Zero(kTag);
  }

  /// Rows `stride` apart.
  HWY_INLINE void load(const float* from, std::int64_t stride) {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sum[r][v] = hn::LoadU(kTag, from + r * stride + v * lanes());
  }
  HWY_INLINE void store(float* to, std::int64_t stride) const {
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) hn::StoreU(sum[r][v], kTag, to + r * stride + v * lanes());
  }

  /// x: V vectors; b: R scalars, `step` apart.
  HWY_INLINE void add(const float* HWY_RESTRICT x, const float* HWY_RESTRICT b, std::int64_t step) {
    Vector in[V];
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) in[v] = hn::LoadU(kTag, x + v * lanes());
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const Vector factor = hn::Set(kTag, b[r * step]);
#pragma GCC unroll 8
      for (int v = 0; v < V; ++v) sum[r][v] = hn::MulAdd(factor, in[v], sum[r][v]);
    }
  }
};

/// Sums of R keys by V vectors of queries start with their bias; and what comes after it is asked for.
template <int V, int R>
HWY_INLINE void start_with_bias(const cpu::SharedBias& bias, Tile<V, R>& tile) {
  const Vector unit = hn::Set(kTag, bias.unit);
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
    const Vector all = hn::Set(kTag, bias.keys == nullptr ? 0.0F : bias.keys[r]);
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      Vector sum = all;
      if (bias.pairs != nullptr) {
        const float* const from = bias.pairs + r * bias.stride + v * lanes();
        hwy::Prefetch(from + R * bias.stride);
        sum = hn::Add(sum, hn::LoadU(kTag, from));
      }
      tile.sum[r][v] = hn::Mul(sum, unit);
    }
  }
}

/// scores[j] = q · k[j] for R keys; raises `highest` to them.
template <int V, int R>
HWY_INLINE void score_tile(const float* HWY_RESTRICT q, HeadRows k, std::int64_t width, const cpu::SharedBias& bias,
                           float* HWY_RESTRICT scores, Vector (&highest)[V]) {
  Tile<V, R> tile;
  bias.defined() ? start_with_bias(bias, tile) : tile.clear();
  for (std::int64_t d = 0; d < width; ++d) tile.add(q + d * kQueries, k.data + d, k.stride);
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < V; ++v) {
      hn::StoreU(tile.sum[r][v], kTag, scores + r * kQueries + v * lanes());
      highest[v] = hn::Max(highest[v], tile.sum[r][v]);
    }
}

/// q transposed, k: `keys` rows -> scores [keys, kQueries] for V vectors of queries, with the bias from there on;
/// raises `highest` to them.
template <int V>
HWY_INLINE void score_block(const float* q, HeadRows k, std::int64_t keys, std::int64_t width, float* scores,
                            Vector (&highest)[V], const cpu::SharedBias& bias = {}) {
  std::int64_t j = 0;
  for (; j + 4 <= keys; j += 4)
    score_tile<V, 4>(q, {k.row(j), k.stride}, width, bias.from(j, 0), scores + j * kQueries, highest);
  for (; j < keys; ++j)
    score_tile<V, 1>(q, {k.row(j), k.stride}, width, bias.from(j, 0), scores + j * kQueries, highest);
}

}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
