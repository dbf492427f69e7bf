// Numbers that are not finite become null, which JSON and the drawing part have.
#include "report/figure_json.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "report/palette.h"
#include "report/raster.h"

namespace groel::report {
namespace {

using nlohmann::json;

json number(double value) { return std::isfinite(value) ? json(value) : json(nullptr); }

template <class Values>
json numbers(const Values& values) {
  json out = json::array();
  for (const auto value : values) out.push_back(number(static_cast<double>(value)));
  return out;
}

json optional_number(const std::optional<double>& value) { return value ? number(*value) : json(nullptr); }

json axis_json(const Axis& axis) {
  json out{{"name", axis.name},
           {"logarithmic", axis.scale == Axis::Scale::logarithmic},
           {"falling", axis.direction == Axis::Direction::falling},
           {"low", optional_number(axis.low)},
           {"high", optional_number(axis.high)}};
  if (!axis.categories.empty()) out["categories"] = axis.categories;
  return out;
}

std::string base64(const std::string& bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), from, static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

json map_json(const Figure& figure, MapValues values) {
  const HeatMap& map = *figure.heat_map;
  const bool falling = figure.y.direction == Axis::Direction::falling;
  const Span span = palette_span(map);
  const auto png = heat_map_png(map, falling ? RowOrder::top_to_bottom : RowOrder::bottom_to_top);
  json out{{"name", map.name},
           {"rows", map.rows},
           {"columns", map.columns},
           {"low", number(span.low)},
           {"high", number(span.high)},
           {"colours", json::array()},
           {"image", "data:image/png;base64," + base64(png)}};
  for (const auto stop : palette_stops(map.palette)) out["colours"].push_back(std::string(stop));
  if (values == MapValues::included) out["values"] = numbers(map.values);
  return out;
}

void check_lengths(const std::string& name, std::size_t a, std::size_t b) {
  if (a != b) throw Error(ErrorKind::usage, {fmt::format("{} x values and {} y values", a, b), name, {}});
}

void check_map(const Figure& figure) {
  const HeatMap& map = *figure.heat_map;
  const auto rows = static_cast<std::size_t>(map.rows);
  const auto columns = static_cast<std::size_t>(map.columns);
  if (rows == 0 || columns == 0) throw Error(ErrorKind::usage, {"a heat map without cells", figure.title, {}});
  if (map.values.size() != rows * columns || figure.y.categories.size() != rows ||
      figure.x.categories.size() != columns)
    throw Error(ErrorKind::usage,
                {fmt::format("a heat map of {} rows and {} columns has {} values, {} row labels and {} "
                             "column labels",
                             rows, columns, map.values.size(), figure.y.categories.size(), figure.x.categories.size()),
                 figure.title,
                 {}});
}

}  // namespace

void check(const Figure& figure) {
  if (figure.heat_map) check_map(figure);
  for (const auto& line : figure.lines) check_lengths(line.name, line.x.size(), line.y.size());
  for (const auto& bars : figure.bars) check_lengths(bars.name, figure.x.categories.size(), bars.values.size());
  for (const auto& points : figure.points) {
    check_lengths(points.name, points.x.size(), points.y.size());
    if (!points.labels.empty()) check_lengths(points.name, points.x.size(), points.labels.size());
  }
}

json figure_json(const Figure& figure, MapValues values) {
  json out{{"title", figure.title},    {"subtitle", figure.subtitle}, {"x", axis_json(figure.x)},
           {"y", axis_json(figure.y)}, {"width", figure.width},       {"height", figure.height},
           {"lines", json::array()},   {"points", json::array()},     {"bars", json::array()}};
  if (figure.heat_map) out["heat_map"] = map_json(figure, values);
  for (const auto& line : figure.lines)
    out["lines"].push_back({{"name", line.name}, {"x", numbers(line.x)}, {"y", numbers(line.y)}});
  for (const auto& bars : figure.bars) out["bars"].push_back({{"name", bars.name}, {"values", numbers(bars.values)}});
  for (const auto& points : figure.points) {
    json series{{"name", points.name}, {"x", numbers(points.x)}, {"y", numbers(points.y)}, {"size", points.size}};
    if (!points.labels.empty()) series["labels"] = points.labels;
    out["points"].push_back(std::move(series));
  }
  return out;
}

}  // namespace groel::report
