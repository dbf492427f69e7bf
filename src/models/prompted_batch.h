// A batch in which prompts follow every sequence.
#pragma once

#include <optional>

#include "models/model.h"
#include "nn/prompts.h"

namespace groel::models {

/// Rows of every sequence: its tokens, then those of the prompts, which have no position: positions that are rotated by
/// are 0 for them.
class PromptedBatch {
 public:
  /// `batch` without tracks. Errors: usage, for prompts that there are not.
  PromptedBatch(const Batch& batch, const nn::Prompts& prompts, const std::vector<std::size_t>& chosen);

  /// As blocks see it: with the bounds of all rows.
  const Batch& batch() const { return with_prompts_; }
  /// x [T, D], the vectors of the sequences' tokens -> [T + B*m, D].
  Tensor join(const Tensor& x) const;
  /// x [T + B*m, D] -> the rows of the sequences' tokens, [T, D]; those of prompts, [B*m, D].
  Tensor own(const Tensor& x) const;
  Tensor of_prompts(const Tensor& x) const;
  /// maps [H, n+m, n+m] of one sequence -> [H, n, n].
  Tensor own_maps(const Tensor& maps) const;
  /// Sees to it that prompts are seen and see as they do, unrotated.
  void rule(ops::AttentionInput& input) const;
  /// x [T + B*m, D] through the block's gate, if there is one; what it was goes to the tap.
  Tensor gated(const Tensor& x, int block, const Taps& taps) const;
  bool has_gate(int block) const { return prompts_->gate(static_cast<std::size_t>(block)) != nullptr; }

 private:
  const nn::Prompts* prompts_;
  std::vector<std::size_t> chosen_;
  std::int64_t tokens_;  // of prompts, for every sequence
  Batch with_prompts_;
  Tensor order_;             // [T + B*m] i32: rows of x, then of each prompt
  Tensor own_, of_prompts_;  // [T], [B*m] i32: their rows
  Tensor positions_;         // [T + B*m] i32
};

}  // namespace groel::models
