// The operators as models call them: those of ops::, which also record what gradients need while a tape is on.
#pragma once

#include "autograd/tape.h"
#include "ops/attention.h"
#include "ops/batch_norm.h"
#include "ops/embedding_grad.h"
#include "ops/linear_grad.h"
#include "ops/norm_grad.h"
#include "ops/pool_grad.h"
#include "ops/prompt_gate.h"

namespace groel::autograd {

/// A weight in the forms that both directions need.
struct LinearWeight {
  const ops::PackedWeight& forward;   ///< W [out, in]
  const ops::PackedWeight& backward;  ///< Wᵀ; may be undefined where no gradient has to reach the input
  ops::LinearGradients gradients;     ///< undefined: not trained
  float scale = 1.0F;                 ///< of the master in both forms
};

/// ops::linear. While recording, `into` is ignored, and an activation is taken of the product as it is stored (rounded,
/// for a bf16 output) and cannot be joined by a residual.
Tensor linear(const Tensor& x, const LinearWeight& weight, const ops::LinearOptions& options = {});

/// Gradients of gain and bias are added to `gradients.gain` and `.bias`.
Tensor layer_norm(const Tensor& x, const ops::LayerNormOptions& options, const ops::LayerNormGradients& gradients = {});

/// What a batch normalisation gathers while it is trained: [D] f32 each, written in place. Nothing is written with a
/// momentum of 0.
struct RunningStatistics {
  ops::BatchStatistics values;
  double momentum = 0.1;  ///< the share of a batch's statistics in them
};
/// x [N, D] f32. At inference, and for a single row in training (which has no variance), by the running statistics; in
/// training by the batch's own, which then join the running ones as torch's BatchNorm1d does it (the variance as the
/// sum of squares divided by N - 1). Gradients of gain and bias are added to `gradients.gain` and `.bias`.
Tensor batch_norm(const Tensor& x, const RunningStatistics& running, const ops::BatchNormOptions& options,
                  const ops::BatchNormGradients& gradients = {});

/// x [N, D] f32 times factor [D] plus offset [D], neither of which is trained.
Tensor scale_columns(const Tensor& x, const Tensor& factor, const Tensor& offset);

/// Gradients reach those of q, k, v and the biases that need one.
Tensor attention(const ops::AttentionInput& input, DType output = DType::f32);

/// table [V, D] -> [T, D]; the gradient is added to table_gradient [V, D] unless that is undefined.
Tensor embedding(const Tensor& table, const ops::EmbeddingGrad& input, const Tensor& table_gradient = {});

Tensor add(const Tensor& a, const Tensor& b);
/// x f32, contiguous -> x times factor.
Tensor scale(const Tensor& x, float factor);
Tensor tanh(const Tensor& x);
/// x f32 -> f32 or bf16.
Tensor activate(const Tensor& x, ops::Activation activation, DType output = DType::f32);
/// x [T, 2*F] f32 or bf16 -> [T, F], see ops/swiglu.h.
Tensor swiglu(const Tensor& x, DType output = DType::f32);
/// Rows of x [T, D] by index [N] i32, all different.
Tensor gather_rows(const Tensor& x, const Tensor& rows);
/// ops::prompt_gate; the gradient of its weight is added to weight_gradient [1, D] unless that is undefined.
ops::PromptGateResult prompt_gate(const Tensor& x, const ops::PromptGate& gate, const Tensor& weight_gradient = {});
/// x [T, D] f32 -> [S, D]: the mean of each segment.
Tensor segment_mean(const Tensor& x, const ops::Segments& segments);
/// -> f32; x itself when no recording is on. `stream` tells the places of a model apart.
Tensor dropout(const Tensor& x, double probability, std::uint64_t stream);

/// The low-rank update of one run of output columns: columns [begin, begin + out) gain B A x.
struct LoraPart {
  std::int64_t begin;
  ops::PackedWeight a;           ///< [r, in], times alpha / r
  ops::PackedWeight b;           ///< [out, r]
  ops::PackedWeight a_backward;  ///< Aᵀ
  ops::PackedWeight b_backward;  ///< Bᵀ, times alpha / r
  Tensor a_gradient;             ///< [r, in]
  Tensor b_gradient;             ///< [out, r]
};
/// -> [T, width] f32, zero where no part is.
Tensor lora(const Tensor& x, const std::vector<LoraPart>& parts, std::int64_t width);

}  // namespace groel::autograd
