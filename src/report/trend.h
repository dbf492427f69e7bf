// A straight line fitted through points.
#pragma once

#include <optional>

#include "report/figure.h"

namespace groel::report {

/// The line of least squares of y on x, from the first to the last point; none where all x are alike.
std::optional<Line> trend(const Points& points);

}  // namespace groel::report
