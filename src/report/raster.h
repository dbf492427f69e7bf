// A heat map as an image, one or more pixels a cell.
#pragma once

#include <string>

#include "report/figure.h"

namespace groel::report {

struct Span {
  double low = 0, high = 1;
};

/// The ends of a map's palette: those given, else of its finite values; around 0 and as wide on both sides when
/// diverging.
Span palette_span(const HeatMap& map);

enum class RowOrder { top_to_bottom, bottom_to_top };  // where row 0 is

/// A PNG of the map; a cell without a value is light grey, a small map has several pixels a cell.
std::string heat_map_png(const HeatMap& map, RowOrder order);

}  // namespace groel::report
