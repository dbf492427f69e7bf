// Operators on graphs and pairs, as networks call them: recorded while a tape is on.
#pragma once

#include "autograd/tape.h"
#include "ops/graph.h"

namespace groel::autograd {

/// ops::neighbour_sum.
Tensor neighbour_sum(const Tensor& x, const ops::Neighbours& links);
/// ops::join_pairs.
Tensor join_pairs(const Tensor& x, const ops::PairRows& pairs);

}  // namespace groel::autograd
