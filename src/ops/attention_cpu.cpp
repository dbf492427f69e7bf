// attention in f32, for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/attention_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/simd_dispatch.h"
#include "ops/attention_impl.h"
#include "ops/attention_inl.h"
#include "ops/attention_rules.h"
#include "ops/scratch.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

/// Working memory of a task: the head's keys and values in rows, and one block, all transposed: a row of kQueries for
/// each width, key or statistic.
struct Block {
  std::int64_t width;
  float* keys;        // [n, width] rotated
  float* values;      // [n, width]
  float* rows;        // [kQueries, width]
  float* q;           // [width, kQueries]
  float* scores;      // [kKeys, kQueries]
  float* out;         // [width, kQueries]
  float* highest;     // [kQueries] running maximum of the scores
  float* total;       // [kQueries] running sum of 2^(score - highest)
  float* correction;  // [kQueries] what the last block of keys scales earlier sums by
};

Block make_block(std::int64_t width, std::int64_t keys) {
  thread_local Scratch scratch;
  float* at = scratch.floats(static_cast<std::size_t>(cpu::working_words_f32(width, keys)));
  const auto take = [&](std::int64_t count) { return std::exchange(at, at + count); };
  Block b{};
  b.width = width;
  b.q = take(width * kQueries);
  b.scores = take(kKeys * kQueries);
  b.out = take(width * kQueries);
  b.highest = take(kQueries);
  b.total = take(kQueries);
  b.correction = take(kQueries);
  b.rows = take(width * kQueries);
  b.keys = take(keys * width);
  b.values = take(keys * width);
  return b;
}

void start_block(const Block& b) {
  std::fill(b.out, b.out + b.width * kQueries, 0.0F);
  std::fill(b.highest, b.highest + kQueries, -std::numeric_limits<float>::infinity());
  std::fill(b.total, b.total + kQueries, 0.0F);
}

/// Minus infinity in scores: not seen. A query that has seen no key yet has the lowest number for its highest score, so
/// that the difference to it is a number.
constexpr float kHidden = -std::numeric_limits<float>::infinity();
constexpr float kLowest = std::numeric_limits<float>::lowest();

/// The highest of V vectors' scores, as rules left them.
template <int V>
HWY_INLINE void find_highest(const float* scores, std::int64_t keys, Vector (&highest)[V]) {
  for (Vector& one : highest) one = hn::Set(kTag, kLowest);
  for (std::int64_t j = 0; j < keys; ++j)
    for (int i = 0; i < V; ++i) highest[i] = hn::Max(highest[i], hn::LoadU(kTag, scores + j * kQueries + i * lanes()));
}

/// Scores of one vector of queries become 2^(score - highest); updates the running statistics.
template <bool kRuled>
HWY_INLINE void softmax_step(const Block& b, std::int64_t keys, std::int64_t lane, Vector block_highest) {
  const Vector before = hn::LoadU(kTag, b.highest + lane);
  const Vector highest = hn::Max(before, block_highest);
  Vector sum = hn::Zero(kTag);
  for (std::int64_t j = 0; j < keys; ++j) {
    float* score = b.scores + j * kQueries + lane;
    Vector weight = exp2_of_negative(hn::Sub(hn::LoadU(kTag, score), highest));
    if constexpr (kRuled) weight = hn::IfThenZeroElse(hn::Eq(hn::LoadU(kTag, score), hn::Set(kTag, kHidden)), weight);
    sum = hn::Add(sum, weight);
    hn::StoreU(weight, kTag, score);
  }
  const Vector correction = exp2_of_negative(hn::Sub(before, highest));
  hn::StoreU(highest, kTag, b.highest + lane);
  hn::StoreU(correction, kTag, b.correction + lane);
  hn::StoreU(hn::MulAdd(hn::LoadU(kTag, b.total + lane), correction, sum), kTag, b.total + lane);
}

/// out[d..d+R) = out * correction + weights · v, for R columns of v and V vectors of queries.
template <int V, int R>
HWY_INLINE void value_tile(const Block& b, const float* v, std::int64_t keys, std::int64_t d, std::int64_t lane) {
  Tile<V, R> tile;
  tile.clear();
  for (std::int64_t j = 0; j < keys; ++j) tile.add(b.scores + j * kQueries + lane, v + j * b.width + d, 1);
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
HWY_INLINE void value_block(const Block& b, const float* v, std::int64_t keys, std::int64_t lane) {
  std::int64_t d = 0;
  for (; d + 4 <= b.width; d += 4) value_tile<V, 4>(b, v, keys, d, lane);
  for (; d < b.width; ++d) value_tile<V, 1>(b, v, keys, d, lane);
}

/// Keys and values [key, key + keys) for all queries of the block.
struct Rules {
  const cpu::BlockRules& masks;
  cpu::SharedBias bias;
};

template <bool kRuled>
void attend_keys(const Block& b, const Rules& rules, std::int64_t key, std::int64_t keys, std::int64_t queries) {
  const float* k = b.keys + key * b.width;
  const float* v = b.values + key * b.width;
  for_query_vectors(queries, [&](auto vectors, std::int64_t lane) HWY_ATTR {
    constexpr int kVectors = decltype(vectors)::value;
    Vector highest[kVectors];
    for (Vector& one : highest) one = hn::Set(kTag, -std::numeric_limits<float>::infinity());
    score_block<kVectors>(b.q + lane, {k, b.width}, keys, b.width, b.scores + lane, highest,
                          rules.bias.from(key, lane));
    if constexpr (kRuled) {
      rules.masks.apply({b.scores, key, keys, lane, kVectors * lanes()});
      find_highest(b.scores + lane, keys, highest);
    }
    for (int i = 0; i < kVectors; ++i) softmax_step<kRuled>(b, keys, lane + i * lanes(), highest[i]);
    value_block<kVectors>(b, v, keys, lane);
  });
}

/// Queries back in rows, divided by their sums. (Lanes past the last query hold anything.)
template <class T>
void write_block(const Block& b, std::int64_t queries, Matrix<T> out) {
  float* const inverse = b.correction;
  for (std::int64_t i = 0; i < queries; ++i) inverse[i] = 1.0F / b.total[i];
  transpose_tiles(
      b.width, queries,
      [&](std::int64_t d, std::int64_t i, std::int64_t)
          HWY_ATTR { return hn::Mul(hn::LoadU(kTag, b.out + d * kQueries + i), hn::LoadU(kTag, inverse + i)); },
      [&](std::int64_t i, std::int64_t d, std::int64_t n, Vector v) HWY_ATTR { store(v, out.row(i) + d, n); });
}

void lay_out(const AttentionInput& input, const cpu::AttentionTask& task, const Block& b) {
  const KeyRange keys = cpu::task_keys(input, task);
  cpu::rotate_head(cpu::key_rows(input, task, keys.begin, keys.end - keys.begin), b.keys + keys.begin * b.width);
  const auto v = matrix<float>(input.v);
  const std::int64_t column = cpu::key_head(input, task.head) * b.width;
  for (std::int64_t j = keys.begin; j < keys.end; ++j)
    std::copy_n(v.row(task.begin + j) + column, b.width, b.values + j * b.width);
}

void attend_block(const Block& b, const Rules& rules, std::int64_t queries) {
  const KeyRange range = rules.masks.keys();
  for (std::int64_t key = range.begin; key < range.end; key += kKeys) {
    const std::int64_t keys = std::min(kKeys, range.end - key);
    rules.masks.plain(key, keys) ? attend_keys<false>(b, rules, key, keys, queries)
                                 : attend_keys<true>(b, rules, key, keys, queries);
  }
}

template <class T>
void attend_to(const AttentionInput& input, const cpu::AttentionTask& task, AttentionResult& result) {
  const Matrix<T> out = mutable_matrix<T>(result.y);
  const Block b = make_block(cpu::head_width(input), task.keys());
  lay_out(input, task, b);
  for (std::int64_t query = task.query; query < task.query_end; query += kQueries) {
    const std::int64_t queries = std::min(kQueries, task.query_end - query);
    start_block(b);
    cpu::rotate_head(cpu::query_rows(input, task, query, queries, input.scale * cpu::kLog2E), b.rows);
    transpose_queries({b.rows, b.width}, queries, b.width, b.q);
    const cpu::BlockRules masks(input, task, {query, queries});
    attend_block(b, {masks, cpu::shared_bias(input, task, query)}, queries);
    write_block(b, queries, Matrix<T>{out.row(query) + task.head * b.width, queries, b.width, out.stride});
    cpu::write_log_sums({task.head, query, queries, b.highest, b.total}, result);
  }
}

void attend(const AttentionInput& input, const cpu::AttentionTask& task, AttentionResult& out) {
  out.y.dtype() == DType::f32 ? attend_to<float>(input, task, out) : attend_to<bf16_t>(input, task, out);
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(attend);
namespace cpu {

std::int64_t working_words_f32(std::int64_t width, std::int64_t keys) {
  return 2 * keys * width + kQueries * (3 * width + kKeys + 3);
}

void attend_f32(const AttentionInput& input, const AttentionTask& task, AttentionResult& out) {
  GROEL_DISPATCH(attend)(input, task, out);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
