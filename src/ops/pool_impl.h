// The check of inputs that the reductions and their references share.
#pragma once

#include "ops/pool.h"

namespace groel::ops {

/// -> number of segments. Errors: internal when one does not lie within the tokens of x.
std::int64_t check_segments(const Tensor& x, const Segments& segments);

}  // namespace groel::ops
