// Gradients of attention, without n² memory: the softmax is computed again, block of queries by block of queries.
#pragma once

#include "ops/attention.h"

namespace groel::ops {

/// Gradients of q, k and v as they were given, before scale and rotation.
struct AttentionGradients {
  Tensor q;  ///< [T, H*K] f32, rows may be strided; overwritten
  Tensor k;  ///< likewise
  Tensor v;  ///< likewise
};

/// dy [T, H*K] f32 (rows may be strided): the gradient of attention(input). `forward` is what attention_with_sums gave
/// for it; without, it is found again. bf16 (where the processor has bf16 dot products): what enters a product is
/// rounded, also P and dS; softmax and sums stay f32.
/// A head of a sequence is one task: bitwise the same for any number of threads and whatever else is in the batch.
void attention_grad(const AttentionInput& input, const AttentionResult& forward, const Tensor& dy,
                    AttentionGradients& to);
void attention_grad(const AttentionInput& input, const Tensor& dy, AttentionGradients& to);

namespace reference {
void attention_grad(const AttentionInput& input, const Tensor& dy, AttentionGradients& to);
}  // namespace reference

}  // namespace groel::ops
