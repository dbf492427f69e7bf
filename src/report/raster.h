// A heat map as an image, one or more pixels per cell.
#pragma once

#include <string>

#include "report/figure.h"

namespace groel::report {

enum class RowOrder { top_to_bottom, bottom_to_top };  // where row 0 is

/// Some of a map's columns.
struct Raster {
  RowOrder order = RowOrder::top_to_bottom;
  std::int64_t first = 0, columns = 0;
};

/// A PNG of them; a cell without a value is light grey, a small map has several pixels per cell.
std::string heat_map_png(const HeatMap& map, const Raster& raster);

}  // namespace groel::report
