// Graphs whose nodes are rows: sums over neighbours, and what is said of a pair of nodes; with their gradients.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// Links between nodes, written at both ends: where b is a neighbour of a, a is one of b.
struct Neighbours {
  Tensor bounds;  ///< [P + 1] i32, host: the neighbours of node p are nodes[bounds[p], bounds[p + 1])
  Tensor nodes;   ///< [E] i32, host
};

/// x [P, D] f32, contiguous -> [P, D]: each row and those of its neighbours, summed in f32 in the order in which they
/// are listed. As links are written at both ends, it is its own gradient. Errors: internal, for a node outside of x.
Tensor neighbour_sum(const Tensor& x, const Neighbours& links);

/// What is made of rows p and q.
enum class PairForm {
  product,  ///< p·q, each column with its own: [D]; the same for (q, p)
  all,      ///< p + q, |p - q|, p·q: [3 D]; the same for (q, p)
  ordered   ///< p, q, |p - q|, p·q: [4 D]
};

/// Rows of nodes, two for each pair.
struct PairRows {
  Tensor first;   ///< [N] i32, host
  Tensor second;  ///< [N] i32, host
  PairForm form = PairForm::all;
};

/// x [P, D] f32, contiguous -> [N, D], [N, 3 D] or [N, 4 D]. Errors: internal, for a row outside of x.
Tensor join_pairs(const Tensor& x, const PairRows& pairs);
/// dy as join_pairs(x, pairs) -> the gradient of x. |p - q| has slope 0 where p is q. Pairs are added in their order:
/// bitwise the same for any number of threads.
Tensor join_pairs_grad(const Tensor& x, const PairRows& pairs, const Tensor& dy);

namespace reference {
Tensor neighbour_sum(const Tensor& x, const Neighbours& links);
Tensor join_pairs(const Tensor& x, const PairRows& pairs);
Tensor join_pairs_grad(const Tensor& x, const PairRows& pairs, const Tensor& dy);
}  // namespace reference

}  // namespace groel::ops
