// Token dropout of ESM: how masking changes the scale of the embeddings, at inference too.
#pragma once

#include "tensor/tensor.h"

namespace groel::nn {

/// Factor of each token's embedding, [T] f32: 0 for <mask>, and for the others what was masked in training (15 % of
/// tokens, 80 % of them by <mask>) against what is masked in their sequence: 0.88 / (1 - n_mask / n), n counting the
/// end tokens too. tokens [T] i32, cu_seqlens [B+1] i32, both host.
Tensor token_dropout_scale(const Tensor& tokens, const Tensor& cu_seqlens, std::int32_t mask);

}  // namespace groel::nn
