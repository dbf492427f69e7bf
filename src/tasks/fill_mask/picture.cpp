// Bars or a heat map.
#include "tasks/fill_mask/picture.h"

#include <fmt/format.h>

#include <algorithm>

namespace groel::tasks {
namespace {

std::string place(const FilledPosition& filled, const MaskPicture& picture, std::size_t i) {
  const std::string& residue = picture.residues[i];
  return fmt::format("{}{}", residue.size() == 1 ? residue : "", filled.position + picture.base);
}

report::Figure bars(const FilledPosition& filled, const MaskPicture& picture) {
  report::Figure figure;
  figure.title = fmt::format("{}, position {}", picture.record, filled.position + picture.base);
  if (filled.truth) figure.subtitle = fmt::format("the sequence has {}", picture.residues.front());
  figure.x.name = "token";
  figure.y.name = "probability";
  figure.y.low = 0;
  report::Bars series;
  for (const std::size_t choice : by_probability(filled.probabilities)) {
    figure.x.categories.push_back(picture.tokens[choice]);
    series.values.push_back(filled.probabilities[choice]);
  }
  figure.bars.push_back(std::move(series));
  return figure;
}

report::Figure map(std::span<const FilledPosition> filled, const MaskPicture& picture) {
  report::Figure figure;
  figure.title = fmt::format("{}: probabilities of masked residues", picture.record);
  figure.x.name = "position";
  figure.y.name = "token";
  figure.y.categories = picture.tokens;
  figure.y.direction = report::Axis::Direction::falling;
  const auto rows = static_cast<std::int64_t>(picture.tokens.size());
  const auto columns = static_cast<std::int64_t>(filled.size());
  report::HeatMap cells{"probability", rows, columns, {}, report::HeatMap::Palette::sequential, 0.0, {}};
  cells.values.resize(static_cast<std::size_t>(rows * columns));
  report::Points truth{"residue of the sequence", {}, {}, {}, 4};
  for (std::size_t c = 0; c < filled.size(); ++c) {
    figure.x.categories.push_back(place(filled[c], picture, c));
    for (std::size_t r = 0; r < picture.tokens.size(); ++r)
      cells.values[r * filled.size() + c] = static_cast<float>(filled[c].probabilities[r]);
    if (!filled[c].truth) continue;
    truth.x.push_back(static_cast<double>(c));
    truth.y.push_back(static_cast<double>(*filled[c].truth));
  }
  figure.heat_map = std::move(cells);
  if (!truth.x.empty()) figure.points.push_back(std::move(truth));
  figure.width = std::clamp(300 + 8 * static_cast<int>(filled.size()), 700, 2400);
  return figure;
}

}  // namespace

report::Figure mask_figure(std::span<const FilledPosition> filled, const MaskPicture& picture) {
  return filled.size() == 1 ? bars(filled.front(), picture) : map(filled, picture);
}

}  // namespace groel::tasks
