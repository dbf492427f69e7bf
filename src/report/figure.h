// What a picture shows: axes, lines, points, bars, a heat map. Drawn by report/picture.h, listed by report/table.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace groel::report {

enum class Palette { sequential, diverging, greys };  // diverging: white at 0

inline constexpr std::int64_t kNoNumber = std::numeric_limits<std::int64_t>::min();  // of a place of an axis

struct Axis {
  std::string name;                     // with its unit
  std::vector<std::string> categories;  // labels of places 0, 1, ...; empty: a numeric axis
  enum class Scale { linear, logarithmic } scale = Scale::linear;
  enum class Direction { rising, falling } direction = Direction::rising;  // falling: y from top to bottom
  std::optional<double> low, high;
  std::vector<std::int64_t> numbers;  // of the places, as a reader counts them; empty: the categories are written
  enum class Ticks {
    round_numbers,  // 5, 10, 15, ...
    letters,        // the first letter of each category, and a round number below where there is one
  } ticks = Ticks::round_numbers;
};

// Places in the list of colours that lines, bars and points without one take in turn.
inline constexpr std::size_t kBlue = 0, kOrange = 1, kGreen = 2, kBlack = 6, kGrey = 8;

/// NaN breaks the line.
struct Line {
  std::string name;
  std::vector<double> x, y;
  enum class Stroke { solid, dashed, dotted } stroke = Stroke::solid;
  std::optional<std::size_t> colour;
};

struct Points {
  std::string name;
  std::vector<double> x, y;
  std::vector<std::string> labels;  // for each point, shown on hover, and beside it where there are few; may be empty
  double size = 7;                  // of the marker, in pixels; 0: as large as a cell of the heat map
  enum class Shape { circle, ring, cross, square } shape = Shape::circle;
  std::optional<std::size_t> colour;
  std::vector<double> values;  // coloured by Figure::point_scale; may be empty
};

/// One bar for every category of the x axis.
struct Bars {
  std::string name;
  std::vector<double> values;
  std::optional<std::size_t> colour;
  std::optional<std::size_t> marked;  // the bar that stands out
  std::string marked_name;            // what it is
};

/// values [rows, columns] row-major: row r at place r of the y axis, column c at place c of the x axis. NaN: no value.
struct HeatMap {
  std::string name;  // and unit, beside the colours; empty: no colour bar
  std::int64_t rows = 0, columns = 0;
  std::vector<float> values;
  Palette palette = Palette::sequential;
  std::optional<double> low, high;  // ends of the palette; default: those of the values, rounded outwards
  enum class Cells { stretched, square } cells = Cells::stretched;
  std::string below;  // what cells below the diagonal are, where that is not `name`
};

/// A value for every column of the heat map, as bars above it.
struct FigureTrack {
  std::string name;
  std::vector<double> values;
  std::optional<double> low, high;
};

/// Colours that stand for numbers of points.
struct PointScale {
  std::string name;
  std::optional<double> low, high;
};

struct Figure {
  std::string title, subtitle;
  Axis x, y;
  std::optional<HeatMap> heat_map;
  std::vector<Bars> bars;
  std::vector<Line> lines;
  std::vector<Points> points;
  int width = 900, height = 560;  // in pixels
  std::vector<FigureTrack> tracks;
  std::optional<PointScale> point_scale;
  std::int64_t wrap = 0;  // columns of the heat map in a row of a still picture; 0: all
};

/// Lets a heat map that is much wider than high go on in further rows, and gives the picture the size for it.
void wrap_columns(Figure& figure);

}  // namespace groel::report
