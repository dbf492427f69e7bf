// The parts of attention in bf16 that dot products and tiles share: q, k, v and the softmax weights rounded to bf16,
// sums and softmax in f32. Only for attention_bf16_cpu.cpp.
//
// A product takes pairs: (d, d+1) of a query and a key for the scores, keys (j, j+1) of a weight and a value for the
// output; a pair is one 32-bit lane.
#pragma once

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "ops/attention_impl.h"
#include "ops/attention_rules.h"
#include "ops/attention_tiles.h"
#include "ops/bf16_vectors_inl.h"
#include "ops/scratch.h"
#include "ops/transpose_impl.h"

namespace groel::ops::cpu {
namespace {

/// A head's width and a sequence's keys, padded to whole tiles and blocks.
struct Sizes {
  Sizes(std::int64_t head_width, std::int64_t count)
      : width(head_width),
        padded(ceil_div(width, kTile) * kTile),
        pairs(ceil_div(width, 2 * kTile) * kTile),
        keys(ceil_div(count, kKeys) * kKeys) {}
  std::int64_t words() const {
    return kQueries * (width + 2 * pairs + kKeys + kKeys / 2 + kTile + padded + 3) + keys * (pairs + padded / 2);
  }

  std::int64_t width;   // of the head
  std::int64_t padded;  // width in whole tiles
  std::int64_t pairs;   // of a padded width, in whole tiles: 16 each
  std::int64_t keys;    // of the sequence, padded to whole blocks
};

/// Working memory of a task: the head's keys and values, and one block; with zeros where it is padded.
struct AttentionBlock : Sizes {
  using Sizes::Sizes;
  Pair* k;          // [keys, pairs]
  bf16_t* v;        // dot products: [keys / 2, width] pairs; tiles: [padded, keys]
  float* rows;      // [kQueries, width]
  Pair* row_pairs;  // [kQueries, pairs]
  Pair* q;          // [pairs, kQueries]
  float* scores;    // [kKeys, kQueries]
  Pair* weights;    // [kKeys / 2, kQueries]
  float* sums;      // [16, kQueries]
  float* out;       // [padded, kQueries]
  float* highest;   // [kQueries]
  float* total;     // [kQueries]
  float* factor;    // [kQueries] what the last block of keys scales earlier sums by
};

AttentionBlock make_block(std::int64_t width, std::int64_t keys) {
  thread_local Scratch scratch;
  AttentionBlock b(width, keys);
  auto* at = reinterpret_cast<Pair*>(scratch.bytes(static_cast<std::size_t>(b.words()) * sizeof(Pair)));
  const auto take = [&](std::int64_t count) { return std::exchange(at, at + count); };
  const auto take_floats = [&](std::int64_t count) { return reinterpret_cast<float*>(take(count)); };
  b.q = take(b.pairs * kQueries);  // multiples of 64 bytes first: tiles are read from them
  b.weights = take(kKeys / 2 * kQueries);
  b.scores = take_floats(kKeys * kQueries);
  b.sums = take_floats(kTile * kQueries);
  b.out = take_floats(b.padded * kQueries);
  b.highest = take_floats(kQueries);
  b.total = take_floats(kQueries);
  b.factor = take_floats(kQueries);
  b.row_pairs = take(kQueries * b.pairs);
  b.k = take(b.keys * b.pairs);
  b.v = reinterpret_cast<bf16_t*>(take(b.keys * b.padded / 2));
  b.rows = take_floats(kQueries * width);
  return b;
}

void start_block(const AttentionBlock& b) {
  std::fill(b.out, b.out + b.padded * kQueries, 0.0F);
  std::fill(b.highest, b.highest + kQueries, -std::numeric_limits<float>::infinity());
  std::fill(b.total, b.total + kQueries, 0.0F);
}

// rows [count, width] -> pairs [count, b.pairs], zeros past the width.
GROEL_BF16 void pack_rows(const AttentionBlock& b, const float* rows, std::int64_t count, Pair* to) {
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int64_t d = 0; d < 2 * b.pairs; d += kLanes) {
      const __m512 values = load_some(rows + i * b.width + d, std::max<std::int64_t>(0, b.width - d));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i * b.pairs + d / 2), rounded(values));
    }
}

// The keys of the head that are seen, rotated, in pairs.
void pack_keys(const AttentionInput& input, const AttentionTask& task, const AttentionBlock& b, KeyRange keys) {
  for (std::int64_t j = keys.begin; j < keys.end; j += kQueries) {
    const std::int64_t count = std::min(kQueries, keys.end - j);
    rotate_head(key_rows(input, task, j, count), b.rows);
    pack_rows(b, b.rows, count, b.k + j * b.pairs);
  }
  std::fill(b.k + keys.end * b.pairs, b.k + b.keys * b.pairs, Pair{0});
}

Matrix<const float> head_values(const AttentionInput& input, const AttentionTask& task, KeyRange keys) {
  const auto v = matrix<float>(input.v);
  const std::int64_t width = head_width(input);
  const float* const first = v.row(task.begin + keys.begin) + key_head(input, task.head) * width;
  return {first, keys.end - keys.begin, width, v.stride};
}

// Queries scaled, rotated and transposed; lanes past the last are zeros.
void pack_queries(const AttentionInput& input, const AttentionTask& task, const AttentionBlock& b, std::int64_t query) {
  const std::int64_t count = std::min(kQueries, task.query_end - query);
  rotate_head(query_rows(input, task, query, count, input.scale * kLog2E), b.rows);
  pack_rows(b, b.rows, count, b.row_pairs);
  transpose_block(
      {reinterpret_cast<const float*>(b.row_pairs), b.pairs, reinterpret_cast<float*>(b.q), kQueries, count, b.pairs});
  for (std::int64_t p = 0; p < b.pairs && count < kQueries; ++p)
    std::fill(b.q + p * kQueries + count, b.q + (p + 1) * kQueries, Pair{0});
}

// Scores of V vectors of queries become weights 2^(score - highest), in pairs of keys, with zeros past the last;
// updates the statistics. (Vectors side by side: what one waits for, the others fill.) Where rules apply, minus
// infinity is a key that is not seen, and its weight comes out as 0 as long as the highest score is a number.
template <int V, bool kRuled>
GROEL_BF16_INLINE void softmax_step(const AttentionBlock& b, std::int64_t keys, std::int64_t first) {
  __m512 highest[V];
  __m512 sum[V];
  const float* const scores = b.scores + first;
  Pair* const weights = b.weights + first;
#pragma GCC unroll 4
  for (int v = 0; v < V; ++v) {
    highest[v] = _mm512_loadu_ps(b.highest + first + v * kLanes);
    sum[v] = _mm512_setzero_ps();
  }
  for (std::int64_t j = 0; j < keys; ++j)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v)
      highest[v] = _mm512_max_ps(highest[v], _mm512_loadu_ps(scores + j * kQueries + v * kLanes));
  if constexpr (kRuled)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v)
      highest[v] = _mm512_max_ps(_mm512_set1_ps(std::numeric_limits<float>::lowest()), highest[v]);
  const auto weight = [&](std::int64_t j, int v) GROEL_BF16 {
    return exp2_weight(_mm512_sub_ps(_mm512_loadu_ps(scores + j * kQueries + v * kLanes), highest[v]));
  };
  const auto write = [&](std::int64_t j, int v, __m512 low, __m512 high) GROEL_BF16 {
    sum[v] = _mm512_add_ps(_mm512_add_ps(sum[v], low), high);
    _mm512_storeu_si512(weights + j / 2 * kQueries + v * kLanes, interleave(low, high));
  };
  std::int64_t j = 0;
  for (; j + 1 < keys; j += 2)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) write(j, v, weight(j, v), weight(j + 1, v));
  if (j < keys) {
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) write(j, v, weight(j, v), _mm512_setzero_ps());
    j += 2;
  }
  for (; j < kKeys; j += 2)
    for (int v = 0; v < V; ++v) _mm512_storeu_si512(weights + j / 2 * kQueries + v * kLanes, _mm512_setzero_si512());
#pragma GCC unroll 4
  for (int v = 0; v < V; ++v) {
    const std::int64_t lane = first + v * kLanes;
    const __m512 before = _mm512_loadu_ps(b.highest + lane);
    const __m512 factor = exp2_weight(_mm512_max_ps(_mm512_set1_ps(-1000.0F), _mm512_sub_ps(before, highest[v])));
    _mm512_storeu_ps(b.highest + lane, highest[v]);
    _mm512_storeu_ps(b.factor + lane, factor);
    _mm512_storeu_ps(b.total + lane, _mm512_fmadd_ps(_mm512_loadu_ps(b.total + lane), factor, sum[v]));
  }
}

GROEL_BF16_INLINE void write_row(const float* row, std::int64_t width, float* to) {
  for (std::int64_t d = 0; d < width; d += kLanes)
    _mm512_mask_storeu_ps(to + d, first_lanes(width - d), load_some(row + d, width - d));
}

GROEL_BF16_INLINE void write_row(const float* row, std::int64_t width, bf16_t* to) {
  for (std::int64_t d = 0; d < width; d += kLanes)
    _mm256_mask_storeu_epi16(to + d, first_lanes(width - d), rounded(load_some(row + d, width - d)));
}

// Divided by their sums, and back in rows.
template <class T>
GROEL_BF16 void write_block(const AttentionBlock& b, std::int64_t queries, Matrix<T> out) {
  for (std::int64_t lane = 0; lane < queries; lane += kLanes) {
    const __m512 inverse = _mm512_div_ps(_mm512_set1_ps(1.0F), _mm512_loadu_ps(b.total + lane));
    for (std::int64_t d = 0; d < b.width; ++d) {
      float* at = b.out + d * kQueries + lane;
      _mm512_storeu_ps(at, _mm512_mul_ps(_mm512_loadu_ps(at), inverse));
    }
  }
  transpose_block({b.out, kQueries, b.rows, b.width, b.width, queries});
  for (std::int64_t i = 0; i < queries; ++i) write_row(b.rows + i * b.width, b.width, out.row(i));
}

}  // namespace
}  // namespace groel::ops::cpu
