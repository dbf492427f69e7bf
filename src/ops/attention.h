// attention: softmax(rotate(scale q) rotate(k)ᵀ + bias) v within each sequence of a packed batch.
#pragma once

#include <vector>

#include "ops/attention_mask.h"
#include "ops/linear.h"
#include "ops/rotary.h"
#include "tensor/tensor.h"

namespace groel::ops {

/// Numbers after each head of a shared bias that may be read and never matter.
inline constexpr std::int64_t kBiasMargin = 64;

/// With `mask`, `cu_keys`, `bias` and the positions left as they are: every token sees every token of its sequence.
struct AttentionInput {
  Tensor q;           ///< [Tq, H*K] f32; rows may be strided
  Tensor k;           ///< [Tk, Hk*K] f32; rows may be strided. Hk divides H: query head h takes key head h / (H / Hk)
  Tensor v;           ///< as k
  Tensor cu_seqlens;  ///< [B+1] i32, host: the queries of each sequence
  std::int64_t heads = 1;
  /// bf16: q, k, v and the softmax weights may be rounded to bf16 where the processor has bf16 dot products; sums and
  /// softmax stay f32.
  Precision precision = Precision::f32;
  /// The query is multiplied by this first, before any rotation (K^-0.5).
  float scale = 1.0F;
  /// Rotation of q and k by their positions; undefined: none.
  RotaryTable rotary = {};
  /// What each query sees. A rule other than full wants n_q <= n_k in every sequence.
  AttentionMask mask = {};
  /// [B+1] i32, host: the keys of each sequence (at least one where there are queries); undefined: as cu_seqlens.
  Tensor cu_keys = {};
  /// Added to the scores after `scale`: [H, n_q, n_k] f32, one for all sequences, or one each (undefined: none). Minus
  /// infinity hides a key, but every query must be left one.
  std::vector<Tensor> bias = {};
  /// Added likewise, one for all sequences, which are of one size, and laid out for speed: [H, n_k * n_q] f32, at j *
  /// n_q + i of query i and key j; rows at least kBiasMargin further apart than they are long. Finite. No gradient.
  Tensor shared_bias = {};
  /// [Tk] f32: added to all scores of that key. Finite. No gradient.
  Tensor key_bias = {};
  /// [Tq] i32, rows of the rotary table; undefined: each query's place (attention_mask.h).
  Tensor positions = {};
  /// [Tk] i32, likewise.
  Tensor key_positions = {};
};

/// -> [Tq, H*K] f32 (or `output`: bf16, as input of a bf16 product). Online softmax in f32: beyond inputs and output
/// there is only what attention_thread_bytes counts. The result of a sequence does not depend on what else is in the
/// batch, nor on how many queries are asked at once: a step with cached keys gives the bits of the whole pass.
Tensor attention(const AttentionInput& input, DType output = DType::f32);

/// What attention found, as its gradient wants it.
struct AttentionResult {
  Tensor y;         ///< [Tq, H*K] f32 or bf16
  Tensor log_sums;  ///< [H, Tq] f32: log2 of Σ exp(score) over the keys that each query sees
};
/// The same, with the sums.
AttentionResult attention_with_sums(const AttentionInput& input, DType output = DType::f32);

/// The softmax maps of one sequence (index into cu_seqlens) -> [H, n_q, n_k] f32, zero where a key is not seen; only
/// for who asks for them.
Tensor attention_maps(const AttentionInput& input, std::int64_t sequence);

/// Bytes that attention in that precision keeps on every thread once it has seen a sequence of that many tokens, with
/// heads of that width: a copy of one head's keys and values, and a block of queries.
std::size_t attention_thread_bytes(std::int64_t head_width, std::int64_t tokens, Precision precision);

namespace reference {
Tensor attention(const AttentionInput& input, DType output = DType::f32);
Tensor attention_maps(const AttentionInput& input, std::int64_t sequence);
}  // namespace reference

}  // namespace groel::ops
