// Chooses how many columns fit in a row of a heat map, and how high the whole becomes.
#include <algorithm>
#include <cmath>

#include "report/figure.h"

namespace groel::report {
namespace {

constexpr std::int64_t kWidth = 1200, kBeside = 190;  // a picture, and what labels and the colour bar take of it
constexpr std::int64_t kColumn = 14, kRow = 13;       // pixels of a cell: a letter fits in
constexpr std::int64_t kTrack = 74, kLabels = 46, kAround = 150;
constexpr std::int64_t kMostRows = 12;  // of a wrapped picture: a page, as far as one scrolls

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace

void wrap_columns(Figure& figure) {
  if (!figure.heat_map) return;
  const std::int64_t columns = figure.heat_map->columns;
  const std::int64_t fitting = (kWidth - kBeside) / kColumn;
  const std::int64_t rows = std::clamp<std::int64_t>(ceil_div(columns, fitting), 1, kMostRows);
  const std::int64_t in_a_row = rows == 1 ? columns : 10 * ceil_div(ceil_div(columns, rows), 10);
  figure.wrap = in_a_row;
  const std::int64_t cell = std::clamp<std::int64_t>((kWidth - kBeside) / in_a_row, 1, 24);
  figure.width = static_cast<int>(std::max<std::int64_t>(rows == 1 ? 760 : kWidth, kBeside + cell * in_a_row));
  if (rows == kMostRows) figure.width = static_cast<int>(std::min<std::int64_t>(2400, kBeside + 5 * in_a_row));
  figure.width = std::max(figure.width, 760);
  const std::int64_t height = static_cast<std::int64_t>(figure.tracks.size()) * kTrack +
                              std::max<std::int64_t>(figure.heat_map->rows, 8) * kRow + kLabels;
  figure.height = static_cast<int>(kAround + ceil_div(columns, in_a_row) * height);
}

}  // namespace groel::report
