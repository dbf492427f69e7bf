// Gradients of attention, without n² memory: the softmax is computed again, block of queries by block of queries.
#pragma once

#include "ops/attention.h"

namespace groel::ops {

/// Gradients of q, k and v as they were given, before scale and rotation, and of the biases.
struct AttentionGradients {
  Tensor q;  ///< [Tq, H*K] f32, rows may be strided; overwritten
  Tensor k;  ///< [Tk, Hk*K], likewise
  Tensor v;  ///< likewise
  /// As the input's: [H, n_q, n_k] f32, overwritten; none: not wanted. That of a shared bias is a sum over sequences.
  std::vector<Tensor> bias = {};
};

/// dy [Tq, H*K] f32 (rows may be strided): the gradient of attention(input). `forward` is what attention_with_sums gave
/// for it; without, it is found again. bf16 (where the processor has bf16 dot products): what enters a product is
/// rounded, also P and dS; softmax and sums stay f32.
/// A head of keys of a sequence is one task: bitwise the same for any number of threads and whatever else is in the
/// batch (but for the sum of a shared bias, which is in the sequences' order).
void attention_grad(const AttentionInput& input, const AttentionResult& forward, const Tensor& dy,
                    AttentionGradients& to);
void attention_grad(const AttentionInput& input, const Tensor& dy, AttentionGradients& to);

/// How often attention_grad was asked for bf16, by a processor that has it, and ran in f32: with a bias. Everything
/// else has a fast path.
std::int64_t attention_fallbacks() noexcept;

namespace reference {
void attention_grad(const AttentionInput& input, const Tensor& dy, AttentionGradients& to);
}  // namespace reference

}  // namespace groel::ops
