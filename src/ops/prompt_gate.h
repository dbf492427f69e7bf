// prompt_gate: prompts decide how much of attention's result residues take (PromptProtein, Wang et al. 2022).
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// Every sequence's last `prompts` rows are those of prompts.
struct PromptGate {
  Tensor cu_seqlens;         ///< [B+1] i32, host
  std::int64_t prompts = 0;  ///< at least 1, and no more than the shortest sequence has rows
  Tensor weight;             ///< [1, D] f32
};

struct PromptGateResult {
  Tensor y;      ///< [T, D] f32
  Tensor gates;  ///< [B] f32
};

/// x [T, D] f32, contiguous. A sequence's gate is g = mean over its prompts' rows r of weight · r / max(|r|, 1e-12),
/// any number; its other rows are multiplied by 1 - g, those of prompts stay as they are. (PromptProtein's own code
/// takes the mean over its batch, so that results depend on what else is in it.)
PromptGateResult prompt_gate(const Tensor& x, const PromptGate& gate);

/// -> the gradient of x, [T, D] f32; that of the weight is added to `weight` [1, D], unless it is undefined. dy [T, D]
/// f32, contiguous. Sums are in the order of the sequences.
Tensor prompt_gate_grad(const Tensor& x, const PromptGate& gate, const Tensor& dy, Tensor weight);

namespace reference {
PromptGateResult prompt_gate(const Tensor& x, const PromptGate& gate);
}

}  // namespace groel::ops
