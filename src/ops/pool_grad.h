// The gradients of means and of maxima over segments.
#pragma once

#include "ops/pool.h"

namespace groel::ops {

/// dy [S, D] f32 -> [T, D] f32: each token of a segment gets its part of the segment's gradient; tokens of none get 0.
/// Segments do not overlap.
Tensor segment_mean_grad(const Tensor& dy, const Segments& segments, std::int64_t tokens);

/// y: segment_max(x, segments); dy [S, D] f32, contiguous -> [T, D] f32: the first of the rows that are the segment's
/// largest, column by column, gets all of the gradient. Segments do not overlap.
struct SegmentMax {
  Tensor x;
  Segments segments;
  Tensor y;
};
Tensor segment_max_grad(const SegmentMax& forward, const Tensor& dy);

}  // namespace groel::ops
