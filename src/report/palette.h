// Colours of heat maps that colour-blind readers can tell apart.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "report/figure.h"

namespace groel::report {

using Rgb = std::array<std::uint8_t, 3>;

/// The palette's colours at equal steps, as "#rrggbb": viridis, ColorBrewer's RdBu with blue for what is
/// high, or its greys without the darkest.
std::span<const std::string_view> palette_stops(Palette palette);
/// The colour at `t` in [0, 1], between its stops.
Rgb palette_colour(Palette palette, double t);

}  // namespace groel::report
