// The CPU backend of attention: what its kernels share.
//
// A task takes some queries of one head of one sequence through all of its keys. It first lays the head's keys
// (rotated) and values out for its kernel, then takes queries in blocks of kQueries through blocks of keys with an
// online softmax. The vectors' lanes are queries, so every query runs the same chain of operations over its keys in
// order, whatever block, task or thread it falls in.
#pragma once

#include "ops/attention.h"
#include "ops/attention_layout.h"
#include "ops/view.h"

namespace groel::ops::cpu {

/// Queries of one block, and the row length of its transposed buffers.
inline constexpr std::int64_t kQueries = 64;
/// Keys of one block, counted from the start of the sequence.
inline constexpr std::int64_t kKeys = 64;
/// Scores are kept in units of log 2, so that exp is 2^x.
inline constexpr float kLog2E = 1.44269504F;

/// Queries [query, query_end) of one head, against keys and values [begin, end) of one sequence.
struct AttentionTask {
  std::int64_t head;
  std::int64_t begin;
  std::int64_t end;
  std::int64_t query;
  std::int64_t query_end;
  std::int64_t first = 0;     ///< the sequence's first query
  std::int64_t ahead = 0;     ///< the place of that query
  std::int64_t sequence = 0;  ///< of the batch
  std::int64_t keys() const { return end - begin; }
  std::int64_t place(std::int64_t row) const { return row - first + ahead; }
};

inline std::int64_t head_width(const AttentionInput& input) { return input.q.size(1) / input.heads; }
/// The head of k and v that goes with a head of q.
inline std::int64_t key_head(const AttentionInput& input, std::int64_t head) {
  return head / (input.q.size(1) / input.k.size(1));
}

/// Rows [begin, begin + rows) of one head's columns of x, times `scale`, rotated by their `positions`, which count from
/// row `start` where they are not given, as contiguous rows at `to`; with no table, only scaled.
struct HeadRotation {
  const Tensor& x;
  const AttentionInput& input;
  std::int64_t head;
  std::int64_t begin;
  std::int64_t rows;
  std::int64_t start;
  float scale;
  const std::int32_t* positions = nullptr;  ///< one per row of x
};
/// Queries, from that row of q on, in units of `scale`; and keys, from that key of the sequence on.
inline HeadRotation query_rows(const AttentionInput& input, const AttentionTask& task, std::int64_t query,
                               std::int64_t rows, float scale) {
  return {input.q, input, task.head, query, rows, task.first - task.ahead, scale, positions_or_null(input.positions)};
}
inline HeadRotation key_rows(const AttentionInput& input, const AttentionTask& task, std::int64_t key,
                             std::int64_t rows) {
  return {input.k,
          input,
          key_head(input, task.head),
          task.begin + key,
          rows,
          task.begin,
          1.0F,
          positions_or_null(input.key_positions)};
}
void rotate_head(const HeadRotation& rotation, float* to);

/// What a softmax ran up for queries from `query` on: the largest of each one's scores, and the sum of 2^(score -
/// that).
struct SoftmaxSums {
  std::int64_t head;
  std::int64_t query;
  std::int64_t count;
  const float* highest;
  const float* total;
};
/// Sets their log_sums, if they are wanted.
void write_log_sums(const SoftmaxSums& sums, AttentionResult& out);

/// The kernels' working memory for heads of `width` and that many keys, in words of 4 bytes: what a thread keeps.
std::int64_t working_words_f32(std::int64_t width, std::int64_t keys);
std::int64_t working_words_bf16(std::int64_t width, std::int64_t keys);

/// The kernels. f32 by Highway; by AVX-512's bf16 dot products; by AMX's bf16 tiles.
void attend_f32(const AttentionInput& input, const AttentionTask& task, AttentionResult& out);
void attend_bf16(const AttentionInput& input, const AttentionTask& task, AttentionResult& out);
void attend_amx(const AttentionInput& input, const AttentionTask& task, AttentionResult& out);
/// The AMX kernel with its tile instructions emulated (needs AVX-512 with bf16 still): for tests.
void attend_emulated_amx(const AttentionInput& input, const AttentionTask& task, AttentionResult& out);

using AttentionKernel = void (*)(const AttentionInput&, const AttentionTask&, AttentionResult&);
/// The kernel for that precision at the active instruction-set level.
AttentionKernel attention_kernel(Precision precision);
/// Whether two kernels agree, to bf16's rounding, on a small input of our own.
bool kernels_agree(AttentionKernel a, AttentionKernel b);
/// Everything is checked; out.y [Tq, H*K] f32 or bf16, out.log_sums [H, Tq] f32 or undefined: not wanted.
void attention(const AttentionInput& input, AttentionKernel kernel, AttentionResult& out);
/// maps [H, n_q, n_k] of one sequence; and what each thread keeps for them.
void attention_maps(const AttentionInput& input, const AttentionSequence& sequence, Tensor& maps);
std::size_t attention_maps_bytes(const AttentionInput& input);

}  // namespace groel::ops::cpu
