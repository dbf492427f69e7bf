// The fixed colours of each palette and those between them.
#include "report/palette.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace groel::report {
namespace {

constexpr std::string_view kViridis[] = {"#440154", "#482878", "#3e4989", "#31688e", "#26828e",
                                         "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"};
constexpr std::string_view kRedBlue[] = {"#67001f", "#b2182b", "#d6604d", "#f4a582", "#fddbc7", "#f7f7f7",
                                         "#d1e5f0", "#92c5de", "#4393c3", "#2166ac", "#053061"};

constexpr std::string_view kGreys[] = {"#ffffff", "#f0f0f0", "#d9d9d9", "#bdbdbd", "#969696", "#737373", "#525252"};

int channel(std::string_view colour, int i) {
  int value = 0;
  const char* from = colour.data() + 1 + 2 * i;
  std::from_chars(from, from + 2, value, 16);
  return value;
}

}  // namespace

std::span<const std::string_view> palette_stops(Palette palette) {
  if (palette == Palette::diverging) return kRedBlue;
  if (palette == Palette::greys) return kGreys;
  return kViridis;
}

Rgb palette_colour(Palette palette, double t) {
  const auto stops = palette_stops(palette);
  const double at = std::clamp(t, 0.0, 1.0) * static_cast<double>(stops.size() - 1);
  const auto low = std::min(static_cast<std::size_t>(at), stops.size() - 2);
  const double part = at - static_cast<double>(low);
  Rgb out{};
  for (int i = 0; i < 3; ++i) {
    const double mixed = (1 - part) * channel(stops[low], i) + part * channel(stops[low + 1], i);
    out[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::lround(mixed));
  }
  return out;
}

}  // namespace groel::report
