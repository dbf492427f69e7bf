// The CPU backend of attention_grad.
//
// With P = softmax(q kᵀ), dP = dy vᵀ and D_i = Σ_j P_ij dP_ij: dS = P (dP - D), and dv = Pᵀ dy, dk = dSᵀ q, dq = dS k.
// The forward pass left the softmax's sums and y = P v, so P is one exp of a score and D = dy · y.
#pragma once

#include "ops/attention_grad.h"

namespace groel::ops::cpu {

/// One head of the sequence of tokens [begin, end).
struct AttentionGradTask {
  std::int64_t head;
  std::int64_t begin;
  std::int64_t end;
};

struct AttentionGradInput {
  const AttentionInput& attention;
  const AttentionResult& forward;
  const Tensor& dy;
  AttentionGradTask task;
  std::int64_t width() const { return attention.q.size(1) / attention.heads; }
  std::int64_t tokens() const { return task.end - task.begin; }
};

/// By Highway; and by AVX-512's bf16 dot products, only where active_isa() has them.
void attention_grad_f32(const AttentionGradInput& input, AttentionGradients& to);
void attention_grad_bf16(const AttentionGradInput& input, AttentionGradients& to);

/// The gradient of `count` of a head's rows as they were rotated, the first at position `start` of the sequence.
struct HeadGradient {
  const float* rows;  ///< [count, stride]
  std::int64_t stride;
  std::int64_t start;
  std::int64_t count;
  float scale;
  const RotaryTable& table;  ///< undefined: were not
};
/// Scaled and turned back to where it is wanted.
void scatter_head(const HeadGradient& gradient, const AttentionGradInput& input, Tensor& to);

}  // namespace groel::ops::cpu
