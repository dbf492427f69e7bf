// The five updates.
#include "nn/folding/pair_block.h"

namespace groel::nn::folding {
namespace {

TriangleMultiplicationForm multiplication(const PairBlockForm& form, Edges edges) {
  return {form.width, form.product_width, edges, form.bias, form.epsilon};
}

TriangleAttentionForm attention(const PairBlockForm& form, Node node) {
  return {form.width, form.heads, form.head_width, node, form.ending_bias, form.bias, form.epsilon};
}

}  // namespace

PairBlock::PairBlock(const PairBlockForm& form)
    : outgoing_(multiplication(form, Edges::outgoing)),
      incoming_(multiplication(form, Edges::incoming)),
      starting_(attention(form, Node::starting)),
      ending_(attention(form, Node::ending)),
      transition_({form.width, form.transition, 0, form.kind, form.bias, form.epsilon}) {}

void PairBlock::members(Members to) {
  to.part("multiply_outgoing", outgoing_);
  to.part("multiply_incoming", incoming_);
  to.part("attend_starting", starting_);
  to.part("attend_ending", ending_);
  to.part("transition", transition_);
}

void PairBlock::update(Pairs& pairs) const {
  outgoing_.add(pairs, pairs.z);
  incoming_.add(pairs, pairs.z);
  starting_.add(pairs, pairs.z);
  ending_.add(pairs, pairs.z);
  transition_.add(pairs.z, pairs.z);
}

}  // namespace groel::nn::folding
