// attention in bf16: its two products by AVX-512's dot products, or by AMX's tiles.
#include "ops/attention_impl.h"
#include "ops/bf16_intrinsics.h"

#if defined(__x86_64__)

#include "ops/attention_bf16_inl.h"

namespace groel::ops::cpu {
namespace {

/// Keys [key, key + keys) for the queries of a block.
struct KeyBlock {
  const BlockRules* rules;
  SharedBias bias;
  std::int64_t key;
  std::int64_t keys;
  std::int64_t queries;
};

constexpr int kRows = 4;  // keys, or columns of v, that are summed at a time

template <int V>
struct Sums {
  __m512 at[kRows][V];
};

// sums[r][v] += Σ_i left[i, v] · right[i·step + r·row], over pairs; `count` of them.
struct PairProduct {
  const Pair* left;  // [count, kQueries]
  const Pair* right;
  std::int64_t row;
  std::int64_t step;
  std::int64_t count;
};

template <int V, int R>
GROEL_BF16_INLINE void clear(Sums<V>& sums) {
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sums.at[r][v] = _mm512_setzero_ps();
}

// The bias of R keys and V vectors of queries; and what comes after it is asked for.
template <int V, int R>
GROEL_BF16_INLINE void start_with_bias(const SharedBias& bias, Sums<V>& sums) {
  const __m512 unit = _mm512_set1_ps(bias.unit);
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) {
    const __m512 all = _mm512_set1_ps(bias.keys == nullptr ? 0.0F : bias.keys[r]);
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      __m512 sum = all;
      if (bias.pairs != nullptr) {
        const float* const from = bias.pairs + r * bias.stride + v * kLanes;
        _mm_prefetch(reinterpret_cast<const char*>(from + R * bias.stride), _MM_HINT_T0);
        sum = _mm512_add_ps(sum, _mm512_loadu_ps(from));
      }
      sums.at[r][v] = _mm512_mul_ps(sum, unit);
    }
  }
}

template <int V, int R>
GROEL_BF16_INLINE void multiply(const PairProduct& product, Sums<V>& sums) {
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

/// Values: [keys / 2, width] pairs.
struct DotProducts {
  GROEL_BF16_INLINE static void begin() {}
  GROEL_BF16_INLINE static void end() {}

  // v: rows from `first` on, which is even.
  GROEL_BF16 static void pack_values(const AttentionBlock& b, Matrix<const float> v, std::int64_t first) {
    for (std::int64_t j = 0; j < v.rows; j += 2)
      for (std::int64_t d = 0; d < b.width; d += kLanes) {
        const std::int64_t left = b.width - d;
        const __m512 low = load_some(v.row(j) + d, left);
        const __m512 high = j + 1 < v.rows ? load_some(v.row(j + 1) + d, left) : _mm512_setzero_ps();
        _mm512_mask_storeu_epi32(reinterpret_cast<Pair*>(b.v) + (first + j) / 2 * b.width + d, first_lanes(left),
                                 interleave(low, high));
      }
  }

  template <int V, int R>
  GROEL_BF16_INLINE static void score_rows(const AttentionBlock& b, std::int64_t key, std::int64_t j, std::int64_t lane,
                                           const SharedBias& bias) {
    Sums<V> sums;
    bias.defined() ? start_with_bias<V, R>(bias, sums) : clear<V, R>(sums);
    multiply<V, R>({b.q + lane, b.k + (key + j) * b.pairs, b.pairs, 1, ceil_div(b.width, 2)}, sums);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) _mm512_storeu_ps(b.scores + (j + r) * kQueries + lane + v * kLanes, sums.at[r][v]);
  }

  template <int V, int R>
  GROEL_BF16_INLINE static void value_rows(const AttentionBlock& b, std::int64_t key, std::int64_t keys, std::int64_t d,
                                           std::int64_t lane) {
    Sums<V> sums;
    clear<V, R>(sums);
    multiply<V, R>(
        {b.weights + lane, reinterpret_cast<const Pair*>(b.v) + key / 2 * b.width + d, 1, b.width, ceil_div(keys, 2)},
        sums);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) {
        float* out = b.out + (d + r) * kQueries + lane + v * kLanes;
        const __m512 factor = _mm512_loadu_ps(b.factor + lane + v * kLanes);
        _mm512_storeu_ps(out, _mm512_fmadd_ps(_mm512_loadu_ps(out), factor, sums.at[r][v]));
      }
  }

  // V vectors of queries.
  template <int V, bool kRuled>
  GROEL_BF16 static void attend_vectors(const AttentionBlock& b, const KeyBlock& at, std::int64_t lane) {
    const auto [rules, bias, key, keys, queries] = at;
    std::int64_t j = 0;
    for (; j + kRows <= keys; j += kRows) score_rows<V, kRows>(b, key, j, lane, bias.from(key + j, lane));
    for (; j < keys; ++j) score_rows<V, 1>(b, key, j, lane, bias.from(key + j, lane));
    if constexpr (kRuled) rules->apply({b.scores, key, keys, lane, V * kLanes});
    softmax_step<V, kRuled>(b, keys, lane);
    std::int64_t d = 0;
    for (; d + kRows <= b.width; d += kRows) value_rows<V, kRows>(b, key, keys, d, lane);
    for (; d < b.width; ++d) value_rows<V, 1>(b, key, keys, d, lane);
  }

  template <bool kRuled>
  GROEL_BF16 static void attend_keys(const AttentionBlock& b, const KeyBlock& at) {
    std::int64_t lane = 0;
    for (std::int64_t left = ceil_div(at.queries, kLanes); left > 0;) {
      const int vectors = left >= 4 ? 4 : left >= 2 ? 2 : 1;
      if (vectors == 4) attend_vectors<4, kRuled>(b, at, lane);
      if (vectors == 2) attend_vectors<2, kRuled>(b, at, lane);
      if (vectors == 1) attend_vectors<1, kRuled>(b, at, lane);
      lane += vectors * kLanes;
      left -= vectors;
    }
  }
};

/// Values: [padded, keys], transposed.
template <class Tiles>
struct TileProducts {
  static constexpr std::int64_t kRowBytes = kQueries * 4;

  GROEL_BF16_INLINE static void begin() { Tiles::begin(); }
  GROEL_BF16_INLINE static void end() { Tiles::end(); }

  static void pack_values(const AttentionBlock& b, Matrix<const float> v, std::int64_t first) {
    std::fill(b.v, b.v + b.padded * b.keys, bf16_t{});
    for (std::int64_t j = 0; j < v.rows; ++j)
      for (std::int64_t d = 0; d < b.width; ++d) b.v[d * b.keys + first + j] = to_bf16(v.row(j)[d]);
  }

  // scores of 32 keys and 32 queries.
  GROEL_BF16_INLINE static void score_tiles(const AttentionBlock& b, const Pair* k, std::int64_t j, std::int64_t lane) {
    Tiles::clear();
    for (std::int64_t p = 0; p < b.pairs; p += kTile) {
      Tiles::template load_a<0>(k + j * b.pairs + p, b.pairs * 4);
      Tiles::template load_a<1>(k + (j + kTile) * b.pairs + p, b.pairs * 4);
      Tiles::template load_b<0>(b.q + p * kQueries + lane, kRowBytes);
      Tiles::template load_b<1>(b.q + p * kQueries + lane + kTile, kRowBytes);
      Tiles::template multiply<0>();
      Tiles::template multiply<1>();
    }
    Tiles::template store<0>(b.scores + j * kQueries + lane, kRowBytes);
    Tiles::template store<1>(b.scores + (j + kTile) * kQueries + lane, kRowBytes);
  }

  // out = out * factor + weights · v for 16 columns of v and 32 queries.
  GROEL_BF16_INLINE static void value_tiles(const AttentionBlock& b, std::int64_t key, std::int64_t keys,
                                            std::int64_t d, std::int64_t lane) {
    Tiles::clear();
    for (std::int64_t j = 0; j < keys; j += 2 * kTile) {
      Tiles::template load_a<0>(b.v + d * b.keys + key + j, b.keys * 2);
      Tiles::template load_b<0>(b.weights + j / 2 * kQueries + lane, kRowBytes);
      Tiles::template load_b<1>(b.weights + j / 2 * kQueries + lane + kTile, kRowBytes);
      Tiles::template multiply<0>();
    }
    Tiles::template store<0>(b.sums + lane, kRowBytes);
    for (std::int64_t r = 0; r < kTile; ++r)
      for (std::int64_t v = lane; v < lane + 2 * kTile; v += kLanes) {
        float* out = b.out + (d + r) * kQueries + v;
        const __m512 sum = _mm512_loadu_ps(b.sums + r * kQueries + v);
        _mm512_storeu_ps(out, _mm512_fmadd_ps(_mm512_loadu_ps(out), _mm512_loadu_ps(b.factor + v), sum));
      }
  }

  template <bool kRuled>
  GROEL_BF16 static void attend_keys(const AttentionBlock& b, const KeyBlock& at) {
    const auto [rules, bias, key, keys, queries] = at;
    for (std::int64_t lane = 0; lane < queries; lane += 2 * kTile) {
      for (std::int64_t j = 0; j < keys; j += 2 * kTile) score_tiles(b, b.k + key * b.pairs, j, lane);
      if (bias.defined()) add_shared_bias(bias, {b.scores, key, keys, lane, 2 * kTile});
      if constexpr (kRuled) rules->apply({b.scores, key, keys, lane, 2 * kTile});
      softmax_step<2, kRuled>(b, keys, lane);
      for (std::int64_t d = 0; d < b.padded; d += kTile) value_tiles(b, key, keys, d, lane);
    }
  }
};

template <class Products>
GROEL_BF16 void attend_block(const AttentionBlock& b, const BlockRules& rules, const SharedBias& bias,
                             std::int64_t queries) {
  const KeyRange range = rules.keys();
  for (std::int64_t key = range.begin; key < range.end; key += kKeys) {
    const KeyBlock at{&rules, bias, key, std::min(kKeys, range.end - key), queries};
    rules.plain(key, at.keys) ? Products::template attend_keys<false>(b, at)
                              : Products::template attend_keys<true>(b, at);
  }
}

template <class Products, class T>
GROEL_BF16 void attend_to(const AttentionInput& input, const AttentionTask& task, AttentionResult& result) {
  const Matrix<T> out = mutable_matrix<T>(result.y);
  const AttentionBlock b = make_block(head_width(input), task.keys());
  const KeyRange keys = task_keys(input, task);
  pack_keys(input, task, b, keys);
  Products::pack_values(b, head_values(input, task, keys), keys.begin);
  Products::begin();
  for (std::int64_t query = task.query; query < task.query_end; query += kQueries) {
    const std::int64_t queries = std::min(kQueries, task.query_end - query);
    start_block(b);
    pack_queries(input, task, b, query);
    attend_block<Products>(b, {input, task, {query, queries}}, shared_bias(input, task, query), queries);
    write_block(b, queries, Matrix<T>{out.row(query) + task.head * b.width, queries, b.width, out.stride});
    write_log_sums({task.head, query, queries, b.highest, b.total}, result);
  }
  Products::end();
}

template <class Products>
void attend(const AttentionInput& input, const AttentionTask& task, AttentionResult& out) {
  out.y.dtype() == DType::f32 ? attend_to<Products, float>(input, task, out)
                              : attend_to<Products, bf16_t>(input, task, out);
}

}  // namespace

std::int64_t working_words_bf16(std::int64_t width, std::int64_t keys) { return Sizes(width, keys).words(); }

void attend_bf16(const AttentionInput& input, const AttentionTask& task, AttentionResult& out) {
  attend<DotProducts>(input, task, out);
}

void attend_amx(const AttentionInput& input, const AttentionTask& task, AttentionResult& out) {
  attend<TileProducts<HardwareTiles>>(input, task, out);
}

void attend_emulated_amx(const AttentionInput& input, const AttentionTask& task, AttentionResult& out) {
  attend<TileProducts<EmulatedTiles>>(input, task, out);
}

}  // namespace groel::ops::cpu

#else

namespace groel::ops::cpu {

namespace {
[[noreturn]] void missing() { throw Error(ErrorKind::internal, "no bf16 products on this processor"); }
}  // namespace

std::int64_t working_words_bf16(std::int64_t, std::int64_t) { missing(); }
void attend_bf16(const AttentionInput&, const AttentionTask&, AttentionResult&) { missing(); }
void attend_amx(const AttentionInput&, const AttentionTask&, AttentionResult&) { missing(); }
void attend_emulated_amx(const AttentionInput&, const AttentionTask&, AttentionResult&) { missing(); }

}  // namespace groel::ops::cpu

#endif
