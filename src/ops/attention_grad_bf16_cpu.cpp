// attention_grad in bf16: its five products by AVX-512's dot products; softmax and sums in f32.
//
// A head's keys and values are packed once; queries come in blocks of kQueries, and go through blocks of kBlockKeys.
// For the scores and dP pairs run along the head's width and lanes are queries, so that P and dS are whole vectors at
// once. Rounded, they are kept as pairs of queries for dv and dk and as pairs of keys for dq; lanes are the head's
// columns there.
#include "ops/attention_grad_impl.h"
#include "ops/bf16_intrinsics.h"

#if defined(__x86_64__)

#include <algorithm>
#include <utility>

#include "ops/attention_rules.h"
#include "ops/bf16_vectors_inl.h"
#include "ops/scratch.h"

namespace groel::ops::cpu {
namespace {

constexpr std::int64_t kBlockKeys = 32;  // of one block: P and dS of a block stay in the first cache
constexpr int kTileKeys = 4;
constexpr int kTileRows = 8;  // of a sum over queries, or over keys
constexpr std::int64_t kQueryPairs = kQueries / 2;

/// Working memory of one task. After the last key and the last column are zeros.
struct Work {
  std::int64_t width;    // of the head
  std::int64_t columns;  // width in whole vectors
  std::int64_t pairs;    // columns / 2: a packed row
  Pair* k;               // [keys, pairs] rotated
  Pair* v;               // [keys, pairs]
  Pair* k_columns;       // [keys / 2, columns] pairs of keys
  float* dk;             // [keys, columns] of the rotated keys, in units of 1 / log 2
  float* dv;             // [keys, columns]
  float* rows;           // [kQueries, width]
  Pair* packed;          // [kQueries, pairs]
  Pair* q;               // [pairs, kQueries] scaled, in units of log 2, and rotated; transposed
  Pair* dy;              // [pairs, kQueries] transposed
  Pair* q_columns;       // [kQueries / 2, columns] pairs of queries
  Pair* dy_columns;      // [kQueries / 2, columns]
  Pair* p;               // [kBlockKeys, kQueries / 2] pairs of queries
  Pair* ds;              // [kBlockKeys, kQueries / 2]
  Pair* ds_keys;         // [kBlockKeys / 2, kQueries] pairs of keys
  float* dq;             // [kQueries, columns] of the rotated queries
  float* log_sums;       // [kQueries] times -1
  float* means;          // [kQueries] D, times -1
};

std::int64_t padded_keys(std::int64_t keys) { return ceil_div(keys, kTileKeys) * kTileKeys; }
std::int64_t padded_columns(std::int64_t width) { return ceil_div(width, kLanes) * kLanes; }

Work make_work(std::int64_t width, std::int64_t tokens) {
  thread_local Scratch scratch;
  Work w{};
  w.width = width;
  w.columns = padded_columns(width);
  w.pairs = w.columns / 2;
  const std::int64_t keys = padded_keys(tokens);
  auto* at = reinterpret_cast<Pair*>(
      scratch.bytes(static_cast<std::size_t>(gradient_words_bf16(width, tokens)) * sizeof(Pair)));
  const auto take = [&](std::int64_t count) { return std::exchange(at, at + count); };
  const auto take_floats = [&](std::int64_t count) { return reinterpret_cast<float*>(take(count)); };
  w.p = take(kBlockKeys * kQueryPairs);
  w.ds = take(kBlockKeys * kQueryPairs);
  w.ds_keys = take(kBlockKeys / 2 * kQueries);
  for (float** lanes : {&w.log_sums, &w.means}) *lanes = take_floats(kQueries);
  for (Pair** block : {&w.q, &w.dy, &w.q_columns, &w.dy_columns, &w.packed}) *block = take(kQueries * w.pairs);
  w.dq = take_floats(kQueries * w.columns);
  for (Pair** rows : {&w.k, &w.v, &w.k_columns}) *rows = take(keys * w.pairs);
  for (float** rows : {&w.dk, &w.dv}) *rows = take_floats(keys * w.columns);
  w.rows = take_floats(kQueries * width);
  std::fill(w.dk, w.dk + 2 * keys * w.columns, 0.0F);  // and dv, which follows it
  return w;
}

// Rows in pairs of columns, [padded, pairs]; those past x are zeros.
GROEL_BF16 void pack_rows(const Work& w, Matrix<const float> x, std::int64_t padded, Pair* to) {
  for (std::int64_t i = 0; i < x.rows; ++i)
    for (std::int64_t d = 0; d < w.columns; d += kLanes)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + i * w.pairs + d / 2),
                          rounded(load_some(x.row(i) + d, w.width - d)));
  std::fill(to + x.rows * w.pairs, to + padded * w.pairs, Pair{0});
}

// Pairs of rows, [padded / 2, columns].
GROEL_BF16 void pack_columns(const Work& w, Matrix<const float> x, std::int64_t padded, Pair* to) {
  for (std::int64_t i = 0; i < padded; i += 2)
    for (std::int64_t d = 0; d < w.columns; d += kLanes) {
      const __m512 low = i < x.rows ? load_some(x.row(i) + d, w.width - d) : _mm512_setzero_ps();
      const __m512 high = i + 1 < x.rows ? load_some(x.row(i + 1) + d, w.width - d) : _mm512_setzero_ps();
      _mm512_storeu_si512(to + i / 2 * w.columns + d, interleave(low, high));
    }
}

// A block's rows, transposed and in pairs.
void pack_block(const Work& w, Matrix<const float> x, Pair* transposed, Pair* columns) {
  const std::int64_t lanes = ceil_div(x.rows, kLanes) * kLanes;
  pack_rows(w, x, lanes, w.packed);
  for (std::int64_t p = 0; p < ceil_div(w.width, 2); ++p)
    for (std::int64_t i = 0; i < lanes; ++i) transposed[p * kQueries + i] = w.packed[i * w.pairs + p];
  pack_columns(w, x, lanes, columns);
}

// Rows of one head from `first` on.
Matrix<const float> head_rows(const Tensor& x, std::int64_t width, std::int64_t head, KeyRange of) {
  const auto rows = matrix<float>(x);
  return {rows.row(of.begin) + head * width, of.end - of.begin, width, rows.stride};
}

void pack_keys(const Work& w, const AttentionGradInput& input) {
  const AttentionInput& a = input.attention;
  const AttentionTask& task = input.task;
  const std::int64_t keys = task.keys();
  for (std::int64_t j = 0; j < keys; j += kQueries) {
    const std::int64_t count = std::min(kQueries, keys - j);
    const std::int64_t padded = ceil_div(count, kTileKeys) * kTileKeys;
    rotate_head(key_rows(a, task, j, count), w.rows);
    const Matrix<const float> rows{w.rows, count, w.width, w.width};
    pack_rows(w, rows, padded, w.k + j * w.pairs);
    pack_columns(w, rows, padded, w.k_columns + j * w.pairs);
    const KeyRange of{task.begin + j, task.begin + j + count};
    pack_rows(w, head_rows(a.v, w.width, key_head(a, task.head), of), padded, w.v + j * w.pairs);
  }
}

GROEL_BF16_INLINE __m512 load_values(const float* from, __mmask16 mask) { return _mm512_maskz_loadu_ps(mask, from); }
GROEL_BF16_INLINE __m512 load_values(const bf16_t* from, __mmask16 mask) {
  return widened(_mm256_maskz_loadu_epi16(mask, from));
}

// -dy · y of each query, dy as the products see it.
template <class T>
GROEL_BF16 void set_means(const Work& w, Matrix<const float> dy, const T* y, std::int64_t stride) {
  for (std::int64_t i = 0; i < dy.rows; ++i) {
    __m512 sum = _mm512_setzero_ps();
    for (std::int64_t d = 0; d < w.width; d += kLanes) {
      const __mmask16 mask = first_lanes(w.width - d);
      const __m512 left = widened(rounded(_mm512_maskz_loadu_ps(mask, dy.row(i) + d)));
      sum = _mm512_fnmadd_ps(left, load_values(y + i * stride + d, mask), sum);
    }
    w.means[i] = _mm512_reduce_add_ps(sum);
  }
}

void pack_queries(const Work& w, const AttentionGradInput& input, std::int64_t row, std::int64_t count) {
  const AttentionInput& a = input.attention;
  const std::int64_t column = input.task.head * w.width;
  std::fill(w.log_sums, w.log_sums + 2 * kQueries, 0.0F);  // and the means, which follow
  const float* log_sums = matrix<float>(input.forward.log_sums).row(input.task.head) + row;
  for (std::int64_t i = 0; i < count; ++i) w.log_sums[i] = -log_sums[i];
  const auto dy = head_rows(input.dy, w.width, input.task.head, {row, row + count});
  const Tensor& y = input.forward.y;
  if (y.dtype() == DType::f32)
    set_means(w, dy, matrix<float>(y).row(row) + column, y.row_stride());
  else
    set_means(w, dy, matrix<bf16_t>(y).row(row) + column, y.row_stride());
  pack_block(w, dy, w.dy, w.dy_columns);
  rotate_head(query_rows(a, input.task, row, count, a.scale * kLog2E), w.rows);
  pack_block(w, {w.rows, count, w.width, w.width}, w.q, w.q_columns);
  std::fill(w.dq, w.dq + kQueries * w.columns, 0.0F);
}

template <int V>
struct Tile {
  __m512 at[kTileKeys][V];
};

GROEL_BF16_INLINE __m512bh load_pairs(const Pair* from) { return reinterpret_cast<__m512bh>(_mm512_loadu_si512(from)); }

GROEL_BF16_INLINE __m512bh broadcast(Pair pair) {
  return reinterpret_cast<__m512bh>(_mm512_set1_epi32(static_cast<int>(pair)));
}

/// Each query's value in `start`, plus queries · rows.
struct Product {
  const Pair* queries;  // [pairs, kQueries]
  const Pair* rows;     // [kTileKeys, pairs]
  const float* start;   // [kQueries]
};

template <int V>
GROEL_BF16_INLINE void multiply(const Work& w, const Product& product, Tile<V>& sums) {
#pragma GCC unroll 4
  for (int r = 0; r < kTileKeys; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) sums.at[r][v] = _mm512_loadu_ps(product.start + v * kLanes);
  for (std::int64_t p = 0; p < ceil_div(w.width, 2); ++p) {
    __m512bh in[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) in[v] = load_pairs(product.queries + p * kQueries + v * kLanes);
#pragma GCC unroll 4
    for (int r = 0; r < kTileKeys; ++r)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v)
        sums.at[r][v] = _mm512_dpbf16_ps(sums.at[r][v], in[v], broadcast(product.rows[r * w.pairs + p]));
  }
}

template <int V>
GROEL_BF16_INLINE void store_query_pairs(const __m512 (&values)[V], Pair* to) {
  if constexpr (V == 2)
    _mm512_storeu_si512(to, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(values[1], values[0])));
  else
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), rounded(values[0]));
}

/// Keys of the sequence.
struct KeyBlock {
  std::int64_t key;
  std::int64_t keys;
  const BlockRules* rules;
};

/// Where a tile of P and dS is.
struct Place {
  std::int64_t key;   // of the sequence: the block's first
  std::int64_t row;   // of the block
  std::int64_t keys;  // from that row on; after them P is zero
  std::int64_t lane;
  const BlockRules* rules;
};

// Bit i: query `lane` + i sees the tile's key r; P of the others is zero.
template <bool kRuled>
GROEL_BF16_INLINE std::uint64_t seen_by(const Place& at, int r) {
  if constexpr (kRuled) return r < at.keys ? at.rules->seen_by(at.key + at.row + r) >> at.lane : 0;
  return r < at.keys ? ~std::uint64_t{0} : 0;
}

// P and dS of kTileKeys keys and V vectors of queries.
template <int V, bool kRuled>
GROEL_BF16_INLINE void weigh_tile(const Work& w, const Place& at) {
  Tile<V> p;
  Tile<V> ds;
  const std::int64_t key = (at.key + at.row) * w.pairs;
  multiply<V>(w, {w.q + at.lane, w.k + key, w.log_sums + at.lane}, p);
  multiply<V>(w, {w.dy + at.lane, w.v + key, w.means + at.lane}, ds);
#pragma GCC unroll 4
  for (int r = 0; r < kTileKeys; ++r) {
    const std::uint64_t seen = seen_by<kRuled>(at, r);
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) {
      const auto is_key = static_cast<__mmask16>(seen >> (v * kLanes));
      p.at[r][v] = _mm512_maskz_mov_ps(is_key, exp2_weight(p.at[r][v]));
      ds.at[r][v] = _mm512_maskz_mul_ps(is_key, p.at[r][v], ds.at[r][v]);
    }
    store_query_pairs<V>(p.at[r], w.p + (at.row + r) * kQueryPairs + at.lane / 2);
    store_query_pairs<V>(ds.at[r], w.ds + (at.row + r) * kQueryPairs + at.lane / 2);
  }
#pragma GCC unroll 2
  for (int r = 0; r < kTileKeys; r += 2)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v)
      _mm512_storeu_si512(w.ds_keys + (at.row + r) * kQueryPairs + at.lane + v * kLanes,
                          interleave(ds.at[r][v], ds.at[r + 1][v]));
}

template <bool kRuled>
GROEL_BF16 void weigh(const Work& w, const KeyBlock& block, std::int64_t queries) {
  std::int64_t lane = 0;
  for (; lane + kLanes < queries; lane += 2 * kLanes)
    for (std::int64_t j = 0; j < block.keys; j += kTileKeys)
      weigh_tile<2, kRuled>(w, {block.key, j, block.keys - j, lane, block.rules});
  for (; lane < queries; lane += kLanes)
    for (std::int64_t j = 0; j < block.keys; j += kTileKeys)
      weigh_tile<1, kRuled>(w, {block.key, j, block.keys - j, lane, block.rules});
}

/// out[r] += Σ_s left[s · kStep + r · kRow] · right[s], for V vectors of columns; right [steps, columns], out [rows,
/// columns].
struct Sum {
  const Pair* left;
  const Pair* right;
  std::int64_t steps;
  std::int64_t columns;
  float* out;
};

template <int V, int R, std::int64_t kStep, std::int64_t kRow>
GROEL_BF16_INLINE void sum_tile(const Sum& t) {
  __m512 sum[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) sum[r][v] = _mm512_loadu_ps(t.out + r * t.columns + v * kLanes);
  for (std::int64_t s = 0; s < t.steps; ++s) {
    __m512bh in[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) in[v] = load_pairs(t.right + s * t.columns + v * kLanes);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v)
        sum[r][v] = _mm512_dpbf16_ps(sum[r][v], broadcast(t.left[s * kStep + r * kRow]), in[v]);
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) _mm512_storeu_ps(t.out + r * t.columns + v * kLanes, sum[r][v]);
}

template <int V, std::int64_t kStep, std::int64_t kRow>
GROEL_BF16_INLINE void sum_rows(Sum t, std::int64_t rows) {
  std::int64_t r = 0;
  for (; r + kTileRows <= rows; r += kTileRows) {
    sum_tile<V, kTileRows, kStep, kRow>(t);
    t.left += kTileRows * kRow;
    t.out += kTileRows * t.columns;
  }
  if (r < rows) sum_tile<V, kTileKeys, kStep, kRow>(t);  // rows are whole tiles of keys
}

template <std::int64_t kStep, std::int64_t kRow>
GROEL_BF16 void add_sums(Sum t, std::int64_t rows) {
  std::int64_t d = 0;
  for (; d + 2 * kLanes <= t.columns; d += 2 * kLanes, t.right += 2 * kLanes, t.out += 2 * kLanes)
    sum_rows<2, kStep, kRow>(t, rows);
  if (d < t.columns) sum_rows<1, kStep, kRow>(t, rows);
}

void go_through_keys(const Work& w, const BlockRules& rules, std::int64_t queries) {
  const std::int64_t padded = ceil_div(queries, kLanes) * kLanes;
  const KeyRange range = rules.keys();
  for (std::int64_t key = range.begin; key < range.end; key += kBlockKeys) {
    const KeyBlock block{key, std::min(kBlockKeys, range.end - key), &rules};
    const std::int64_t rows = ceil_div(block.keys, kTileKeys) * kTileKeys;
    rules.plain(key, block.keys) ? weigh<false>(w, block, queries) : weigh<true>(w, block, queries);
    add_sums<1, kQueryPairs>({w.p, w.dy_columns, padded / 2, w.columns, w.dv + key * w.columns}, rows);
    add_sums<1, kQueryPairs>({w.ds, w.q_columns, padded / 2, w.columns, w.dk + key * w.columns}, rows);
    add_sums<kQueries, 1>({w.ds_keys, w.k_columns + key * w.pairs, rows / 2, w.columns, w.dq}, padded);
  }
}

// One head's queries, which add to dk and dv.
void grad_queries(const AttentionGradInput& input, const Work& w, AttentionGradients& to) {
  const AttentionTask& task = input.task;
  for (std::int64_t row = task.query; row < task.query_end; row += kQueries) {
    const std::int64_t queries = std::min(kQueries, task.query_end - row);
    pack_queries(w, input, row, queries);
    go_through_keys(w, {input.attention, task, {row, queries}}, queries);
    scatter_head(query_gradient(input, w.dq, w.columns, row, queries), to.q);
  }
}

}  // namespace

std::int64_t gradient_words_bf16(std::int64_t width, std::int64_t keys) {
  const std::int64_t pairs = padded_columns(width) / 2;
  return 7 * padded_keys(keys) * pairs + kQueries * (width + 7 * pairs + 2) + kQueries * (kBlockKeys / 2) * 3;
}

void attention_grad_bf16(const AttentionGradInput& input, AttentionGradients& to) {
  const Work w = make_work(input.width(), input.keys());
  pack_keys(w, input);
  for (std::int64_t i = 0; i < input.group(); ++i) grad_queries(input.with_head(input.task.head + i), w, to);
  scatter_head(key_gradient(input, w.dk, w.columns), to.k);
  scatter_head(value_gradient(input, w.dv, w.columns), to.v);
}

}  // namespace groel::ops::cpu

#else

namespace groel::ops::cpu {
void attention_grad_bf16(const AttentionGradInput&, AttentionGradients&) { GROEL_REQUIRE(false); }  // no such processor
std::int64_t gradient_words_bf16(std::int64_t, std::int64_t) { GROEL_REQUIRE(false); }
}  // namespace groel::ops::cpu

#endif
