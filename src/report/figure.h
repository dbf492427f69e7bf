// What a picture shows: axes, lines, points, bars, a heat map. Drawn by report/picture.h, listed by report/table.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace groel::report {

struct Axis {
  std::string name;                     // with its unit
  std::vector<std::string> categories;  // labels of places 0, 1, ...; empty: a numeric axis
  enum class Scale { linear, logarithmic } scale = Scale::linear;
  enum class Direction { rising, falling } direction = Direction::rising;  // falling: y from top to bottom
  std::optional<double> low, high;
};

/// NaN breaks the line.
struct Line {
  std::string name;
  std::vector<double> x, y;
};

struct Points {
  std::string name;
  std::vector<double> x, y;
  std::vector<std::string> labels;  // for each point, shown on hover, and beside it where there are few; may be empty
  double size = 7;                  // of the marker, in pixels
};

/// One bar for every category of the x axis.
struct Bars {
  std::string name;
  std::vector<double> values;
};

/// values [rows, columns] row-major: row r at place r of the y axis, column c at place c of the x axis. NaN: no value.
struct HeatMap {
  std::string name;
  std::int64_t rows = 0, columns = 0;
  std::vector<float> values;
  enum class Palette { sequential, diverging } palette = Palette::sequential;  // diverging: white at 0
  std::optional<double> low, high;  // ends of the palette; default: those of the values
};

struct Figure {
  std::string title, subtitle;
  Axis x, y;
  std::optional<HeatMap> heat_map;
  std::vector<Bars> bars;
  std::vector<Line> lines;
  std::vector<Points> points;
  int width = 900, height = 560;  // in pixels
};

}  // namespace groel::report
