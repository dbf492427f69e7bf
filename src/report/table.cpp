// RFC 4180, with \n.
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
  const auto at = static_cast<std::size_t>(value);
  const bool labelled = value >= 0 && at < axis.categories.size() && static_cast<double>(at) == value;
  return labelled ? cell(axis.categories[at]) : cell(value);
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

template <class Series>
void add_series(std::string& out, const Figure& figure, const Series& series, const std::vector<std::string>& labels) {
  for (std::size_t i = 0; i < series.x.size(); ++i)
    out += fmt::format("{},{},{},{}\n", cell(series.name), labels.empty() ? std::string() : cell(labels[i]),
                       place(figure.x, series.x[i]), place(figure.y, series.y[i]));
}

}  // namespace

std::string to_csv(const Figure& figure) {
  std::string out;
  if (figure.heat_map) add_map(out, figure);
  const bool others = !figure.bars.empty() || !figure.lines.empty() || !figure.points.empty();
  if (figure.heat_map && others) out += '\n';
  if (others)
    out += fmt::format("series,label,{},{}\n", cell(figure.x.name.empty() ? "x" : figure.x.name),
                       cell(figure.y.name.empty() ? "y" : figure.y.name));
  for (const auto& bars : figure.bars)
    for (std::size_t i = 0; i < bars.values.size(); ++i)
      out += fmt::format("{},,{},{}\n", cell(bars.name), cell(figure.x.categories[i]), cell(bars.values[i]));
  for (const auto& line : figure.lines) add_series(out, figure, line, {});
  for (const auto& points : figure.points) add_series(out, figure, points, points.labels);
  return out;
}

}  // namespace groel::report
