// Colours of heat maps, told apart by colour-blind readers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "report/figure.h"

namespace groel::report {

using Rgb = std::array<std::uint8_t, 3>;

/// The palette's colours at equal steps, as "#rrggbb": viridis, or ColorBrewer's RdBu with blue for what is high.
std::span<const std::string_view> palette_stops(HeatMap::Palette palette);
/// The colour at `t` in [0, 1], between its stops.
Rgb palette_colour(HeatMap::Palette palette, double t);

}  // namespace groel::report
