// attention: softmax(rotate(scale q) rotate(k)ᵀ) v within each sequence of a packed batch.
#pragma once

#include "ops/linear.h"
#include "ops/rotary.h"
#include "tensor/tensor.h"

namespace groel::ops {

struct AttentionInput {
  Tensor q;           ///< [T, H*K] f32; rows may be strided
  Tensor k;           ///< [T, H*K] f32; rows may be strided
  Tensor v;           ///< [T, H*K] f32; rows may be strided
  Tensor cu_seqlens;  ///< [B+1] i32, host
  std::int64_t heads = 1;
  /// bf16: q, k, v and the softmax weights may be rounded to bf16 where the processor has bf16 dot products; sums and
  /// softmax stay f32.
  Precision precision = Precision::f32;
  /// The query is multiplied by this first, before any rotation (K^-0.5).
  float scale = 1.0F;
  /// Rotation of q and k by their positions, counted from each sequence's start; undefined: none.
  RotaryTable rotary = {};
};

/// -> [T, H*K] f32 (or `output`: bf16, as input of a bf16 product). Online softmax in f32: beyond inputs and output
/// there is only what attention_thread_bytes counts. The result of a sequence does not depend on what else is in the
/// batch.
Tensor attention(const AttentionInput& input, DType output = DType::f32);

/// What attention found, as its gradient wants it.
struct AttentionResult {
  Tensor y;         ///< [T, H*K] f32 or bf16
  Tensor log_sums;  ///< [H, T] f32: log2 of Σ exp(score) over each query's keys
};
/// The same, with the sums.
AttentionResult attention_with_sums(const AttentionInput& input, DType output = DType::f32);

/// The softmax maps of one sequence (index into cu_seqlens) -> [H, n, n] f32, n its tokens; only for who asks for them.
Tensor attention_maps(const AttentionInput& input, std::int64_t sequence);

/// Bytes that attention in that precision keeps on every thread once it has seen a sequence of that many tokens, with
/// heads of that width: a copy of one head's keys and values, and a block of queries.
std::size_t attention_thread_bytes(std::int64_t head_width, std::int64_t tokens, Precision precision);

namespace reference {
Tensor attention(const AttentionInput& input, DType output = DType::f32);
Tensor attention_maps(const AttentionInput& input, std::int64_t sequence);
}  // namespace reference

}  // namespace groel::ops
