// Records operators on graphs and pairs.
#include "autograd/graph.h"

namespace groel::autograd {

Tensor neighbour_sum(const Tensor& x, const ops::Neighbours& links) {
  const Tensor y = ops::neighbour_sum(x, links);
  Tape* const current = tape();
  if (current != nullptr && current->tracks(x))
    current->record(y, [current, x, links](const Tensor& dy) { current->add(x, ops::neighbour_sum(dy, links)); });
  return y;
}

Tensor join_pairs(const Tensor& x, const ops::PairRows& pairs) {
  const Tensor y = ops::join_pairs(x, pairs);
  Tape* const current = tape();
  if (current != nullptr && current->tracks(x))
    current->record(y, [current, x, pairs](const Tensor& dy) { current->add(x, ops::join_pairs_grad(x, pairs, dy)); });
  return y;
}

}  // namespace groel::autograd
