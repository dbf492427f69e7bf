// The five updates of pairs: two triangle multiplications, two triangle attentions, a transition.
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

void PairBlock::update(Pairs& pairs, const std::function<void(std::string_view)>& after) const {
  const auto done = [&](std::string_view part) {
    if (after) after(part);
  };
  outgoing_.add(pairs, pairs.z);
  done("multiply_outgoing");
  incoming_.add(pairs, pairs.z);
  done("multiply_incoming");
  starting_.add(pairs, pairs.z);
  done("attend_starting");
  ending_.add(pairs, pairs.z);
  done("attend_ending");
  transition_.add(pairs.z, pairs.z);
  done("transition");
}

}  // namespace groel::nn::folding
