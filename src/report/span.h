// The ends of a colour scale.
#pragma once

#include <span>

#include "report/figure.h"

namespace groel::report {

struct Span {
  double low = 0, high = 1;
};

/// The ends of a map's palette: those given, else of its finite values rounded outwards; around 0 and as wide on both
/// sides when diverging.
Span palette_span(const HeatMap& map);
/// The same for points with values.
Span point_span(const Figure& figure);

/// Round ends that hold the finite values but for the most extreme: `part` of them on either side. Without values 0 to
/// 1; around 0 when diverging, from 0 where the values are near it, and never without a width.
Span round_span(std::span<const float> values, double part, Palette palette);

/// How many finite values there are, and how many of them lie outside.
struct Beyond {
  std::int64_t below = 0, above = 0, finite = 0;
};
Beyond beyond(std::span<const float> values, Span span);

}  // namespace groel::report
