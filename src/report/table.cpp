// Writes a figure's numbers as CSV (RFC 4180, with \n).
#include "report/table.h"

#include <fmt/format.h>

#include <cmath>

#include "formats/cell.h"

namespace groel::report {
namespace {

std::string cell(const std::string& text) { return formats::cell_text(text); }

template <class Number>
std::string cell(Number value) {
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

// A place on an axis: its label, where it has one.
std::string place(const Axis& axis, double value) {
  const auto labels = static_cast<double>(axis.categories.size());
  const bool labelled = value >= 0 && value < labels && value == std::trunc(value);
  return labelled ? cell(axis.categories[static_cast<std::size_t>(value)]) : cell(value);
}

void add_map(std::string& out, const Figure& figure) {
  out += cell(figure.y.name);
  for (const auto& label : figure.x.categories) out += ',' + cell(label);
  out += '\n';
  const HeatMap& map = *figure.heat_map;
  for (std::int64_t r = 0; r < map.rows; ++r) {
    out += cell(figure.y.categories[static_cast<std::size_t>(r)]);
    for (std::int64_t c = 0; c < map.columns; ++c)
      out += ',' + cell(map.values[static_cast<std::size_t>(r * map.columns + c)]);
    out += '\n';
  }
}

// What has no colour of the scale has nothing in its column.
std::string no_value(const Figure& figure) { return figure.point_scale ? "," : ""; }

void add_line(std::string& out, const Figure& figure, const Line& line) {
  for (std::size_t i = 0; i < line.x.size(); ++i)
    out += fmt::format("{},,{},{}{}\n", cell(line.name), place(figure.x, line.x[i]), place(figure.y, line.y[i]),
                       no_value(figure));
}

void add_points(std::string& out, const Figure& figure, const Points& points) {
  for (std::size_t i = 0; i < points.x.size(); ++i)
    out += fmt::format("{},{},{},{}{}\n", cell(points.name), points.labels.empty() ? "" : cell(points.labels[i]),
                       place(figure.x, points.x[i]), place(figure.y, points.y[i]),
                       points.values.empty() ? no_value(figure) : ',' + cell(points.values[i]));
}

// Bars, or a track: a value for every place of the x axis.
template <class Series>
void add_values(std::string& out, const Figure& figure, const Series& series) {
  for (std::size_t i = 0; i < series.values.size(); ++i)
    out += fmt::format("{},,{},{}{}\n", cell(series.name), cell(figure.x.categories[i]), cell(series.values[i]),
                       no_value(figure));
}

}  // namespace

std::string to_csv(const Figure& figure) {
  std::string out;
  if (figure.heat_map) add_map(out, figure);
  const bool others = !figure.bars.empty() || !figure.lines.empty() || !figure.points.empty() || !figure.tracks.empty();
  if (figure.heat_map && others) out += '\n';
  if (others)
    out += fmt::format("series,label,{},{}{}\n", cell(figure.x.name.empty() ? "x" : figure.x.name),
                       cell(figure.y.name.empty() ? "y" : figure.y.name),
                       figure.point_scale ? ',' + cell(figure.point_scale->name) : "");
  for (const auto& track : figure.tracks) add_values(out, figure, track);
  for (const auto& bars : figure.bars) add_values(out, figure, bars);
  for (const auto& line : figure.lines) add_line(out, figure, line);
  for (const auto& points : figure.points) add_points(out, figure, points);
  return out;
}

}  // namespace groel::report
