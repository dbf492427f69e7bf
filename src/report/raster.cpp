// Colours the cells of a heat map and packs them as PNG with libpng.
#include "report/raster.h"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "report/palette.h"
#include "report/span.h"

namespace groel::report {
namespace {

constexpr Rgb kNoValue = {0xDD, 0xDD, 0xDD}, kNoValueAmongGreys = {0xF3, 0xEA, 0xD8};
constexpr std::int64_t kWantedPixels = 1200;  // along a side: a viewer that smooths blurs small images

Rgb cell_colour(const HeatMap& map, Span span, float value) {
  if (std::isnan(value)) return map.palette == Palette::greys ? kNoValueAmongGreys : kNoValue;
  const double width = span.high - span.low;
  return palette_colour(map.palette, width > 0 ? (static_cast<double>(value) - span.low) / width : 0.5);
}

struct Pixels {
  std::int64_t width, height;
  std::vector<std::uint8_t> rgb;
};

std::int64_t pixels_for(std::int64_t cells) { return std::clamp<std::int64_t>(kWantedPixels / cells, 1, 64); }

Pixels paint(const HeatMap& map, const Raster& raster) {
  const Span span = palette_span(map);
  const std::int64_t columns = raster.columns;
  const std::int64_t wide = pixels_for(columns);
  const std::int64_t high = pixels_for(map.rows);
  const std::int64_t line_bytes = columns * wide * 3;
  Pixels out{columns * wide, map.rows * high, {}};
  out.rgb.resize(static_cast<std::size_t>(line_bytes * out.height));
  for (std::int64_t r = 0; r < map.rows; ++r) {
    const std::int64_t from = raster.order == RowOrder::top_to_bottom ? r : map.rows - 1 - r;
    std::uint8_t* line = out.rgb.data() + r * high * line_bytes;
    for (std::int64_t c = 0; c < columns; ++c) {
      const Rgb colour =
          cell_colour(map, span, map.values[static_cast<std::size_t>(from * map.columns + raster.first + c)]);
      for (std::int64_t i = 0; i < wide; ++i) std::copy(colour.begin(), colour.end(), line + (c * wide + i) * 3);
    }
    for (std::int64_t i = 1; i < high; ++i)
      std::memcpy(line + i * line_bytes, line, static_cast<std::size_t>(line_bytes));
  }
  return out;
}

}  // namespace

std::string heat_map_png(const HeatMap& map, const Raster& raster) {
  const Pixels pixels = paint(map, raster);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(pixels.width);
  image.height = static_cast<png_uint_32>(pixels.height);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t bytes = 0;
  std::string out;
  if (png_image_write_to_memory(&image, nullptr, &bytes, 0, pixels.rgb.data(), 0, nullptr) != 0) {
    out.resize(bytes);
    if (png_image_write_to_memory(&image, out.data(), &bytes, 0, pixels.rgb.data(), 0, nullptr) != 0) {
      out.resize(bytes);
      return out;
    }
  }
  throw Error(ErrorKind::memory, {std::string("a heat map could not be packed as an image: ") + image.message, {}, {}});
}

}  // namespace groel::report
