// The Pairformer: blocks that update pairs, and then single tokens by attention that pairs bias (Abramson et al. 2024,
// algorithm 17).
#pragma once

#include <memory>
#include <vector>

#include "nn/folding/biased_attention.h"
#include "nn/folding/pair_block.h"

namespace groel::nn::folding {

struct PairformerForm {
  PairBlockForm pairs;
  std::int64_t single_width = 384;
  std::int64_t single_heads = 16;
  std::int64_t single_head_width = 24;
  std::int64_t single_transition = 1536;  ///< inner width
  float epsilon = 1e-5F;
};

class PairformerBlock final : public Module {
 public:
  explicit PairformerBlock(const PairformerForm& form);

  /// `pairs` (pair_block.h), `pair_logits`, `attention` (biased_attention.h), `transition` of single tokens.
  void members(Members to) override;
  /// z as PairBlock::update; then s [N, D] += attention biased by z, s += transition. In place.
  void update(Pairs& pairs, Tensor& s) const;

 private:
  PairBlock pairs_;
  PairLogits logits_;
  BiasedAttention attention_;
  Transition transition_;
};

class Pairformer final : public Module {
 public:
  Pairformer(std::int64_t blocks, const PairformerForm& form);

  /// `0`, `1`, ...
  void members(Members to) override;
  /// All blocks; `after` (may be empty) is called after each with its number.
  void update(Pairs& pairs, Tensor& s, const std::function<void(std::size_t)>& after = {}) const;

 private:
  std::vector<std::unique_ptr<PairformerBlock>> blocks_;
};

}  // namespace groel::nn::folding
