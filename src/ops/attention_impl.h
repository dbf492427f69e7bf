// The CPU backend of attention.
#pragma once

#include "ops/attention.h"

namespace groel::ops::cpu {

/// Queries of one task, and the row length of its transposed buffers.
inline constexpr std::int64_t kAttentionQueries = 64;

/// Queries [query, query + queries) of one head, against keys and values [begin, end).
struct AttentionTask {
  std::int64_t head;
  std::int64_t begin;
  std::int64_t end;
  std::int64_t query;
  std::int64_t queries;
};

/// One task by AVX-512's bf16 dot products; only where active_isa() has them.
void attend_bf16(const AttentionInput& input, const AttentionTask& task, Tensor& out);

/// Everything is checked; out [T, H*K] f32 or bf16.
void attention(const AttentionInput& input, Tensor& out);
/// maps [H, n, n] of the tokens [begin, begin + n).
void attention_maps(const AttentionInput& input, std::int64_t begin, Tensor& maps);

}  // namespace groel::ops::cpu
