// attention by AVX-512's bf16 dot products: q, k, v and the softmax weights rounded to bf16, sums and softmax in f32.
//
// As in attention_cpu.cpp a vector's lanes are queries, and every query runs the same chain of operations over its keys
// in order. A dot product takes pairs: (d, d+1) of a query and a key for the scores, keys (j, j+1) of a weight and a
// value for the output; a pair is one 32-bit lane.
#include "ops/attention_impl.h"

#if defined(__x86_64__)

#if defined(__GNUC__) && \
    !defined(__clang__)  // GCC 12 takes its own intrinsics' undefined operands for mistakes of ours
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "ops/scratch.h"
#include "ops/view.h"

// Every function that uses these instructions, also the lambdas' bodies, must say so.
#define GROEL_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#define GROEL_BF16_INLINE GROEL_BF16 __attribute__((always_inline)) inline

namespace groel::ops::cpu {
namespace {

constexpr std::int64_t kQueries = kAttentionQueries;
constexpr std::int64_t kKeys = 64;  // of one block, counted from the start of the sequence
constexpr int kLanes = 16;
constexpr int kRows = 4;  // keys, or columns of v, that are summed at a time

using Pair = std::uint32_t;

struct Rows {
  const float* data;
  std::int64_t stride;
  const float* row(std::int64_t i) const { return data + i * stride; }
};

/// One block's working memory. P pairs of a head's width, J pairs of keys.
struct Block {
  Pair* q;         // [P, kQueries]
  Pair* k;         // [kKeys, P]
  Pair* v;         // [kKeys / 2, width]
  Pair* weights;   // [kKeys / 2, kQueries]
  float* scores;   // [kKeys, kQueries]
  float* out;      // [width, kQueries]
  float* highest;  // [kQueries]
  float* total;    // [kQueries]
  float* factor;   // [kQueries] what the last block of keys scales earlier sums by
  std::int64_t width;
  std::int64_t pairs;
};

Block make_block(std::int64_t width) {
  thread_local Scratch scratch;
  const std::int64_t pairs = ceil_div(width, 2);
  const std::int64_t padded = ceil_div(width, kLanes) * kLanes;
  const std::int64_t words = kQueries * pairs + kKeys * ceil_div(padded, 2) + kKeys / 2 * padded +
                             kKeys / 2 * kQueries + kKeys * kQueries + width * kQueries + 3 * kQueries;
  auto* at = reinterpret_cast<Pair*>(scratch.bytes(static_cast<std::size_t>(words) * sizeof(Pair)));
  const auto take = [&](std::int64_t count) { return std::exchange(at, at + count); };
  const auto take_floats = [&](std::int64_t count) { return reinterpret_cast<float*>(take(count)); };
  Block b{};
  b.width = width;
  b.pairs = pairs;
  b.q = take(kQueries * pairs);
  b.k = take(kKeys * ceil_div(padded, 2));
  b.v = take(kKeys / 2 * padded);
  b.weights = take(kKeys / 2 * kQueries);
  b.scores = take_floats(kKeys * kQueries);
  b.out = take_floats(width * kQueries);
  b.highest = take_floats(kQueries);
  b.total = take_floats(kQueries);
  b.factor = take_floats(kQueries);
  std::fill(b.out, b.out + width * kQueries, 0.0F);
  std::fill(b.highest, b.highest + kQueries, -std::numeric_limits<float>::infinity());
  std::fill(b.total, b.total + kQueries, 0.0F);
  return b;
}

Pair pair_of(float low, float high) {
  return static_cast<Pair>(to_bf16(low).bits) | static_cast<Pair>(to_bf16(high).bits) << 16;
}

void pack_queries(const Block& b, Rows q, std::int64_t queries) {
  for (std::int64_t p = 0; p < b.pairs; ++p) {
    for (std::int64_t i = 0; i < queries; ++i) {
      const float* row = q.row(i) + 2 * p;
      b.q[p * kQueries + i] = pair_of(row[0], 2 * p + 1 < b.width ? row[1] : 0.0F);
    }
    std::fill(b.q + p * kQueries + queries, b.q + (p + 1) * kQueries, Pair{0});
  }
}

GROEL_BF16_INLINE __m512 load_some(const float* from, std::int64_t count) {
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>(count >= kLanes ? 0xffff : (1 << count) - 1), from);
}

// Bits of 16 values rounded to bf16.
GROEL_BF16_INLINE __m256i rounded(__m512 x) { return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x)); }

// Lane i holds (low[i], high[i]).
GROEL_BF16_INLINE __m512i interleave(__m512 low, __m512 high) {
  const __m512i order =
      _mm512_add_epi32(_mm512_set1_epi32(0x00100000),
                       _mm512_mullo_epi32(_mm512_set1_epi32(0x00010001),
                                          _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)));
  return _mm512_permutexvar_epi16(order, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low)));
}

GROEL_BF16 void pack_keys(const Block& b, Rows k, std::int64_t keys) {
  for (std::int64_t j = 0; j < keys; ++j)
    for (std::int64_t d = 0; d < b.width; d += kLanes) {
      const std::int64_t left = std::min<std::int64_t>(kLanes, b.width - d);
      const auto mask = static_cast<__mmask8>((1 << ceil_div(left, 2)) - 1);
      _mm256_mask_storeu_epi32(b.k + j * b.pairs + d / 2, mask, rounded(load_some(k.row(j) + d, left)));
    }
}

GROEL_BF16 void pack_values(const Block& b, Rows v, std::int64_t keys) {
  for (std::int64_t j = 0; j < keys; j += 2)
    for (std::int64_t d = 0; d < b.width; d += kLanes) {
      const std::int64_t left = b.width - d;
      const __m512 low = load_some(v.row(j) + d, left);
      const __m512 high = j + 1 < keys ? load_some(v.row(j + 1) + d, left) : _mm512_setzero_ps();
      const auto mask = static_cast<__mmask16>(left >= kLanes ? 0xffff : (1 << left) - 1);
      _mm512_mask_storeu_epi32(b.v + j / 2 * b.width + d, mask, interleave(low, high));
    }
}

template <int V>
struct Sums {
  __m512 at[kRows][V];
};

// sums[r][v] = Σ_i left[i, v] · right[i·step + r·row], over pairs; `count` of them.
struct PairProduct {
  const Pair* left;  // [count, kQueries]
  const Pair* right;
  std::int64_t row;
  std::int64_t step;
  std::int64_t count;
};

template <int V, int R>
GROEL_BF16_INLINE void multiply(const PairProduct& product, Sums<V>& sums) {
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sums.at[r][v] = _mm512_setzero_ps();
  for (std::int64_t i = 0; i < product.count; ++i) {
    __m512bh left[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v)
      left[v] = reinterpret_cast<__m512bh>(_mm512_loadu_si512(product.left + i * kQueries + v * kLanes));
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const auto right = reinterpret_cast<__m512bh>(
          _mm512_set1_epi32(static_cast<int>(product.right[i * product.step + r * product.row])));
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) sums.at[r][v] = _mm512_dpbf16_ps(sums.at[r][v], left[v], right);
    }
  }
}

template <int V, int R>
GROEL_BF16_INLINE void score_rows(const Block& b, std::int64_t j, std::int64_t lane) {
  Sums<V> sums;
  multiply<V, R>({b.q + lane, b.k + j * b.pairs, b.pairs, 1, b.pairs}, sums);
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) _mm512_storeu_ps(b.scores + (j + r) * kQueries + lane + v * kLanes, sums.at[r][v]);
}

// exp(x) for x <= 0, to 2.6e-6: 2^n times a polynomial of the fraction (our minimax fit on [-1/2, 1/2]).
GROEL_BF16_INLINE __m512 exp_weight(__m512 x) {
  const __m512 scaled = _mm512_mul_ps(x, _mm512_set1_ps(1.44269504F));
  const __m512 whole = _mm512_roundscale_ps(scaled, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 f = _mm512_sub_ps(scaled, whole);
  __m512 p = _mm512_set1_ps(0.0095701F);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.05591787F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.24024745F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.69312181F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.99999926F));
  return _mm512_scalef_ps(p, whole);
}

// Scores of one vector of queries become weights exp(score - highest), in pairs of keys; updates the statistics.
GROEL_BF16_INLINE void softmax_step(const Block& b, std::int64_t keys, std::int64_t lane) {
  const __m512 before = _mm512_loadu_ps(b.highest + lane);
  __m512 highest = before;
  for (std::int64_t j = 0; j < keys; ++j)
    highest = _mm512_max_ps(highest, _mm512_loadu_ps(b.scores + j * kQueries + lane));
  const auto weight = [&](std::int64_t j) GROEL_BF16 {
    return exp_weight(_mm512_sub_ps(_mm512_loadu_ps(b.scores + j * kQueries + lane), highest));
  };
  __m512 sum = _mm512_setzero_ps();
  for (std::int64_t j = 0; j < keys; j += 2) {
    const __m512 low = weight(j);
    const __m512 high = j + 1 < keys ? weight(j + 1) : _mm512_setzero_ps();
    sum = _mm512_add_ps(_mm512_add_ps(sum, low), high);
    _mm512_storeu_si512(b.weights + j / 2 * kQueries + lane, interleave(low, high));
  }
  const __m512 factor = exp_weight(_mm512_max_ps(_mm512_sub_ps(before, highest), _mm512_set1_ps(-1000.0F)));
  _mm512_storeu_ps(b.highest + lane, highest);
  _mm512_storeu_ps(b.factor + lane, factor);
  _mm512_storeu_ps(b.total + lane, _mm512_fmadd_ps(_mm512_loadu_ps(b.total + lane), factor, sum));
}

template <int V, int R>
GROEL_BF16_INLINE void value_rows(const Block& b, std::int64_t keys, std::int64_t d, std::int64_t lane) {
  Sums<V> sums;
  multiply<V, R>({b.weights + lane, b.v + d, 1, b.width, ceil_div(keys, 2)}, sums);
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      float* out = b.out + (d + r) * kQueries + lane + v * kLanes;
      const __m512 factor = _mm512_loadu_ps(b.factor + lane + v * kLanes);
      _mm512_storeu_ps(out, _mm512_fmadd_ps(_mm512_loadu_ps(out), factor, sums.at[r][v]));
    }
}

// One block of keys and values for V vectors of queries.
template <int V>
GROEL_BF16 void attend_vectors(const Block& b, std::int64_t keys, std::int64_t lane) {
  std::int64_t j = 0;
  for (; j + kRows <= keys; j += kRows) score_rows<V, kRows>(b, j, lane);
  for (; j < keys; ++j) score_rows<V, 1>(b, j, lane);
  for (int v = 0; v < V; ++v) softmax_step(b, keys, lane + v * kLanes);
  std::int64_t d = 0;
  for (; d + kRows <= b.width; d += kRows) value_rows<V, kRows>(b, keys, d, lane);
  for (; d < b.width; ++d) value_rows<V, 1>(b, keys, d, lane);
}

void attend_keys(const Block& b, std::int64_t keys, std::int64_t queries) {
  std::int64_t lane = 0;
  for (std::int64_t left = ceil_div(queries, kLanes); left > 0;) {
    const int vectors = left >= 4 ? 4 : left >= 2 ? 2 : 1;
    if (vectors == 4) attend_vectors<4>(b, keys, lane);
    if (vectors == 2) attend_vectors<2>(b, keys, lane);
    if (vectors == 1) attend_vectors<1>(b, keys, lane);
    lane += vectors * kLanes;
    left -= vectors;
  }
}

template <class T>
void write_block(const Block& b, std::int64_t queries, Matrix<T> out) {
  for (std::int64_t i = 0; i < queries; ++i) {
    const float inverse = 1.0F / b.total[i];
    T* to = out.row(i);
    for (std::int64_t d = 0; d < b.width; ++d) {
      const float value = b.out[d * kQueries + i] * inverse;
      if constexpr (std::is_same_v<T, float>)
        to[d] = value;
      else
        to[d] = to_bf16(value);
    }
  }
}

}  // namespace

void attend_bf16(const AttentionInput& input, const AttentionTask& task, Tensor& out) {
  const std::int64_t width = input.q.size(1) / input.heads;
  const auto rows = [&](const Tensor& x, std::int64_t row) {
    const auto m = matrix<float>(x);
    return Rows{m.row(row) + task.head * width, m.stride};
  };
  const Block b = make_block(width);
  pack_queries(b, rows(input.q, task.query), task.queries);
  for (std::int64_t key = task.begin; key < task.end; key += kKeys) {
    const std::int64_t keys = std::min(kKeys, task.end - key);
    pack_keys(b, rows(input.k, key), keys);
    pack_values(b, rows(input.v, key), keys);
    attend_keys(b, keys, task.queries);
  }
  const auto write = [&](auto m) {
    m.data = m.row(task.query) + task.head * width;
    write_block(b, task.queries, m);
  };
  out.dtype() == DType::f32 ? write(mutable_matrix<float>(out)) : write(mutable_matrix<bf16_t>(out));
}

}  // namespace groel::ops::cpu

#else

namespace groel::ops::cpu {

void attend_bf16(const AttentionInput&, const AttentionTask&, Tensor&) {
  throw Error(ErrorKind::internal, "no bf16 products on this processor");
}

}  // namespace groel::ops::cpu

#endif
