// Writes a figure as JSON: numbers that are not finite become null, and texts are made safe to show.
#include "report/figure_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/printable.h"
#include "report/base64.h"
#include "report/palette.h"
#include "report/raster.h"
#include "report/span.h"

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

json texts(const std::vector<std::string>& all) {
  json out = json::array();
  for (const auto& text : all) out.push_back(shown(text));
  return out;
}

json axis_json(const Axis& axis) {
  json out{{"name", shown(axis.name)},
           {"logarithmic", axis.scale == Axis::Scale::logarithmic},
           {"falling", axis.direction == Axis::Direction::falling},
           {"letters", axis.ticks == Axis::Ticks::letters},
           {"low", optional_number(axis.low)},
           {"high", optional_number(axis.high)}};
  if (!axis.categories.empty()) out["categories"] = texts(axis.categories);
  for (const std::int64_t number : axis.numbers) out["numbers"].push_back(number == kNoNumber ? json() : json(number));
  return out;
}

json scale_json(const std::string& name, Palette palette, Span span, std::span<const float> values) {
  const Beyond outside = beyond(values, span);
  json out{{"name", shown(name)},    {"low", number(span.low)}, {"high", number(span.high)}, {"below", outside.below},
           {"above", outside.above}, {"count", outside.finite}, {"colours", json::array()}};
  for (const auto stop : palette_stops(palette)) out["colours"].push_back(std::string(stop));
  return out;
}

// Runs of columns that are drawn below each other, each with its image.
json blocks_json(const Figure& figure, std::int64_t wrap) {
  const HeatMap& map = *figure.heat_map;
  json out = json::array();
  const bool falling = figure.y.direction == Axis::Direction::falling;
  Raster raster{falling ? RowOrder::top_to_bottom : RowOrder::bottom_to_top, 0, 0};
  for (; raster.first < map.columns; raster.first += raster.columns) {
    raster.columns = std::min(wrap > 0 ? wrap : map.columns, map.columns - raster.first);
    out.push_back({{"first", raster.first},
                   {"count", raster.columns},
                   {"image", "data:image/png;base64," + base64(heat_map_png(map, raster))}});
  }
  return out;
}

std::vector<float> upper_triangle(const HeatMap& map) {
  std::vector<float> out;
  for (std::int64_t r = 0; r < map.rows; ++r)
    for (std::int64_t c = r; c < map.columns; ++c)
      out.push_back(map.values[static_cast<std::size_t>(r * map.columns + c)]);
  return out;
}

json map_json(const Figure& figure, MapValues values) {
  const HeatMap& map = *figure.heat_map;
  const bool half = !map.below.empty();  // what is below the diagonal has no part in the scale
  json out = scale_json(map.name, map.palette, palette_span(map), half ? upper_triangle(map) : map.values);
  out["rows"] = map.rows;
  out["columns"] = map.columns;
  out["square"] = map.cells == HeatMap::Cells::square;
  out["below_diagonal"] = shown(map.below);
  out["blocks"] = blocks_json(figure, values == MapValues::included ? 0 : figure.wrap);
  if (values == MapValues::included) out["values"] = numbers(map.values);
  return out;
}

const char* stroke_name(Line::Stroke stroke) {
  if (stroke == Line::Stroke::dashed) return "dashed";
  return stroke == Line::Stroke::dotted ? "dotted" : "solid";
}

const char* shape_name(Points::Shape shape) {
  if (shape == Points::Shape::ring) return "ring";
  if (shape == Points::Shape::cross) return "cross";
  return shape == Points::Shape::square ? "square" : "circle";
}

void set_colour(json& series, const std::optional<std::size_t>& colour) {
  if (colour) series["colour"] = *colour;
}

json line_json(const Line& line) {
  json out{
      {"name", shown(line.name)}, {"x", numbers(line.x)}, {"y", numbers(line.y)}, {"stroke", stroke_name(line.stroke)}};
  set_colour(out, line.colour);
  return out;
}

json bars_json(const Bars& bars) {
  json out{{"name", shown(bars.name)}, {"values", numbers(bars.values)}};
  set_colour(out, bars.colour);
  if (bars.marked) {
    out["marked"] = *bars.marked;
    out["marked_name"] = shown(bars.marked_name);
  }
  return out;
}

json points_json(const Points& points) {
  json out{{"name", shown(points.name)},
           {"x", numbers(points.x)},
           {"y", numbers(points.y)},
           {"size", points.size},
           {"shape", shape_name(points.shape)}};
  set_colour(out, points.colour);
  if (!points.labels.empty()) out["labels"] = texts(points.labels);
  if (!points.values.empty()) out["values"] = numbers(points.values);
  return out;
}

json track_json(const FigureTrack& track) {
  return {{"name", shown(track.name)},
          {"values", numbers(track.values)},
          {"low", optional_number(track.low)},
          {"high", optional_number(track.high)}};
}

json point_scale_json(const Figure& figure) {
  std::vector<float> values;
  for (const Points& points : figure.points)
    for (const double value : points.values) values.push_back(static_cast<float>(value));
  return scale_json(figure.point_scale->name, Palette::sequential, point_span(figure), values);
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

namespace {

std::string without_banned(std::string out) {
  for (const std::string_view banned : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})  // U+FFFE and U+FFFF, which XML has not
    for (std::size_t at = 0; (at = out.find(banned, at)) != std::string::npos;) out.replace(at, 3, "\xEF\xBF\xBD");
  return out;
}

}  // namespace

std::string shown(std::string_view text) { return without_banned(printable(text, LineEnds::escape)); }
std::string shown_lines(std::string_view text) { return without_banned(printable(text, LineEnds::keep)); }

void check(const Figure& figure) {
  if (figure.heat_map) check_map(figure);
  for (const auto* axis : {&figure.x, &figure.y})
    if (!axis->numbers.empty()) check_lengths(axis->name, axis->categories.size(), axis->numbers.size());
  for (const auto& track : figure.tracks) check_lengths(track.name, figure.x.categories.size(), track.values.size());
  for (const auto& line : figure.lines) check_lengths(line.name, line.x.size(), line.y.size());
  for (const auto& bars : figure.bars) check_lengths(bars.name, figure.x.categories.size(), bars.values.size());
  for (const auto& points : figure.points) {
    check_lengths(points.name, points.x.size(), points.y.size());
    if (!points.labels.empty()) check_lengths(points.name, points.x.size(), points.labels.size());
    if (!points.values.empty()) check_lengths(points.name, points.x.size(), points.values.size());
  }
}

json figure_json(const Figure& figure, MapValues values) {
  json out{{"title", shown(figure.title)}, {"x", axis_json(figure.x)}, {"y", axis_json(figure.y)},
           {"width", figure.width},        {"height", figure.height},  {"lines", json::array()},
           {"points", json::array()},      {"bars", json::array()},    {"tracks", json::array()}};
  out["subtitle"] = shown_lines(figure.subtitle);
  if (figure.heat_map) out["heat_map"] = map_json(figure, values);
  if (figure.point_scale) out["point_scale"] = point_scale_json(figure);
  for (const auto& line : figure.lines) out["lines"].push_back(line_json(line));
  for (const auto& bars : figure.bars) out["bars"].push_back(bars_json(bars));
  for (const auto& points : figure.points) out["points"].push_back(points_json(points));
  for (const auto& track : figure.tracks) out["tracks"].push_back(track_json(track));
  return out;
}

}  // namespace groel::report
