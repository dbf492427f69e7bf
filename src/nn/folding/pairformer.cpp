// Runs the blocks of the Pairformer, over pairs and single tokens.
#include "nn/folding/pairformer.h"

#include "nn/folding/bounds.h"

namespace groel::nn::folding {

PairformerBlock::PairformerBlock(const PairformerForm& form)
    : pairs_(form.pairs),
      logits_({form.pairs.width, form.single_heads, Bias::yes, form.epsilon}),
      attention_({.width = form.single_width,
                  .heads = form.single_heads,
                  .head_width = form.single_head_width,
                  .epsilon = form.epsilon}),
      transition_({.width = form.single_width, .inner = form.single_transition, .epsilon = form.epsilon}) {}

void PairformerBlock::members(Members to) {
  to.part("pairs", pairs_);
  to.part("pair_logits", logits_);
  to.part("attention", attention_);
  to.part("transition", transition_);
}

void PairformerBlock::update(Pairs& pairs, Tensor& s) const {
  pairs_.update(pairs);
  attention_.add({.x = s, .cu_seqlens = even_bounds(1, s.size(0)), .bias = {logits_(pairs.z)}}, s);
  transition_.add(s, s);
}

Pairformer::Pairformer(std::int64_t blocks, const PairformerForm& form) {
  for (std::int64_t i = 0; i < blocks; ++i) blocks_.push_back(std::make_unique<PairformerBlock>(form));
}

void Pairformer::members(Members to) {
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    to.in_block(static_cast<int>(i)).part(std::to_string(i), *blocks_[i]);
}

void Pairformer::update(Pairs& pairs, Tensor& s, const std::function<void(std::size_t)>& after) const {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    blocks_[i]->update(pairs, s);
    if (after) after(i);
  }
}

}  // namespace groel::nn::folding
