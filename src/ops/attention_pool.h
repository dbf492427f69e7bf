// Pooling with weights that the rows themselves give: softmax over the rows of each segment, column by column.
#pragma once

#include "ops/pool.h"

namespace groel::ops {

/// values and scores [T, D] f32, contiguous.
struct PoolInput {
  Tensor values;
  Tensor scores;
  Segments segments;  ///< of rows; they do not overlap
};

/// -> [S, D] f32: Σ over a segment's rows of values times the softmax of scores over these rows, each column for
/// itself. An empty segment gives zeros. Sums in f64, rows in order.
Tensor attention_pool(const PoolInput& input);

/// Gradients of both, [T, D] f32; rows of no segment get 0.
struct PoolGradients {
  Tensor values;
  Tensor scores;
};
/// y: attention_pool(input); dy [S, D] f32, contiguous.
PoolGradients attention_pool_grad(const PoolInput& input, const Tensor& y, const Tensor& dy);

namespace reference {
Tensor attention_pool(const PoolInput& input);
}

}  // namespace groel::ops
