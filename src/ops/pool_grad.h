// The gradient of means over segments.
#pragma once

#include "ops/pool.h"

namespace groel::ops {

/// dy [S, D] f32 -> [T, D] f32: each token of a segment gets its part of the segment's gradient; tokens of none get 0.
/// Segments do not overlap.
Tensor segment_mean_grad(const Tensor& dy, const Segments& segments, std::int64_t tokens);

}  // namespace groel::ops
