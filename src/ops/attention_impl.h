// The CPU backend of attention.
#pragma once

#include "ops/attention.h"

namespace groel::ops::cpu {

/// Everything is checked; out [T, H*K] f32 or bf16.
void attention(const AttentionInput& input, Tensor& out);
/// maps [H, n, n] of the tokens [begin, begin + n).
void attention_maps(const AttentionInput& input, std::int64_t begin, Tensor& maps);

}  // namespace groel::ops::cpu
