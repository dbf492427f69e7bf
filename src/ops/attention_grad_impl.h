// The CPU backend of attention_grad.
//
// With P = softmax(q kᵀ), dP = dy vᵀ and D_i = Σ_j P_ij dP_ij: dS = P (dP - D), and dv = Pᵀ dy, dk = dSᵀ q, dq = dS k.
// The forward pass left the softmax's sums and y = P v, so P is one exp of a score and D = dy · y.
#pragma once

#include "ops/attention_grad.h"
#include "ops/attention_impl.h"

namespace groel::ops::cpu {

struct AttentionGradInput {
  const AttentionInput& attention;
  const AttentionResult& forward;
  const Tensor& dy;
  /// All queries of a sequence, by the first head of those that share keys: a kernel takes all of these.
  AttentionTask task;
  std::int64_t width() const { return head_width(attention); }
  std::int64_t keys() const { return task.keys(); }
  std::int64_t queries() const { return task.query_end - task.query; }
  std::int64_t group() const { return attention.q.size(1) / attention.k.size(1); }
  /// The same of another head.
  AttentionGradInput with_head(std::int64_t head) const {
    AttentionGradInput out{attention, forward, dy, task};
    out.task.head = head;
    return out;
  }
};

/// By Highway; and by AVX-512's bf16 dot products, only where active_isa() has them, and without a bias.
/// to.bias is added to.
void attention_grad_f32(const AttentionGradInput& input, AttentionGradients& to);
void attention_grad_bf16(const AttentionGradInput& input, AttentionGradients& to);

/// What a thread keeps for a sequence, and the kernels' parts of it, in words of 4 bytes.
std::size_t attention_grad_bytes(const AttentionInput& input, const AttentionSequence& sequence);
std::int64_t gradient_words_f32(std::int64_t width, std::int64_t queries, std::int64_t keys);
std::int64_t gradient_words_bf16(std::int64_t width, std::int64_t keys);

/// The gradient of a head's rows as they were rotated.
struct HeadGradient {
  const float* rows;  ///< [rotation.rows, stride]
  std::int64_t stride;
  HeadRotation rotation;     ///< how its rows were made
  const RotaryTable& table;  ///< undefined: were not rotated
};
/// Times the rotation's scale, and turned back, to its place in `to`.
void scatter_head(const HeadGradient& gradient, Tensor& to);

/// The gradients of queries from row `query` on, and of all keys and values, in units of log 2 as the kernels sum them.
inline HeadGradient query_gradient(const AttentionGradInput& input, const float* rows, std::int64_t stride,
                                   std::int64_t query, std::int64_t count) {
  const AttentionInput& a = input.attention;
  return {rows, stride, query_rows(a, input.task, query, count, a.scale), a.rotary};
}
inline HeadGradient key_gradient(const AttentionGradInput& input, const float* rows, std::int64_t stride) {
  HeadGradient out{rows, stride, key_rows(input.attention, input.task, 0, input.keys()), input.attention.rotary};
  out.rotation.scale = 1 / kLog2E;
  return out;
}
inline HeadGradient value_gradient(const AttentionGradInput& input, const float* rows, std::int64_t stride) {
  static const RotaryTable kNone;
  return {rows, stride, key_rows(input.attention, input.task, 0, input.keys()), kNone};
}

}  // namespace groel::ops::cpu
