// Draws predictions for masked residues as bars or as a heat map.
#include "tasks/fill_mask/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/span.h"
#include "tasks/reading/id_parts.h"
#include "tasks/reading/picture.h"

namespace groel::tasks {
namespace {

std::string place(const FilledPosition& filled, const MaskPicture& picture, std::size_t i) {
  const std::string& residue = picture.residues[i];
  return fmt::format("{}{}", residue.size() == 1 ? residue : "?", filled.position + picture.base);
}

std::string truth_text(const FilledPosition& filled, const MaskPicture& picture) {
  const std::string& residue = picture.residues.front();
  if (!filled.residue) return "The position is masked in the sequence itself.";
  if (!filled.truth) return fmt::format("The sequence has {}, which is none of the tokens shown.", residue);
  const auto truth = static_cast<std::size_t>(*filled.truth);
  return fmt::format("The sequence has {}: place {} of {}, probability {:.2g}.", residue,
                     rank_of(filled.probabilities, truth), filled.probabilities.size(), filled.probabilities[truth]);
}

report::Figure bars(const FilledPosition& filled, const MaskPicture& picture) {
  report::Figure figure;
  figure.title = fmt::format("{}, position {}: what {} expects there", short_name(picture.record),
                             filled.position + picture.base, picture.model);
  figure.subtitle = truth_text(filled, picture);
  figure.x.name = "token";
  figure.y.name = "probability";
  figure.y.low = 0;
  report::Bars series{filled.truth ? "predicted" : "", {}, report::kBlue, {}, "residue of the sequence"};
  for (const std::size_t choice : by_probability(filled.probabilities)) {
    if (filled.truth && static_cast<std::size_t>(*filled.truth) == choice) series.marked = series.values.size();
    figure.x.categories.push_back(picture.tokens[choice]);
    series.values.push_back(filled.probabilities[choice]);
  }
  figure.bars.push_back(std::move(series));
  return figure;
}

report::HeatMap cells(std::span<const FilledPosition> filled, const MaskPicture& picture) {
  const auto rows = static_cast<std::int64_t>(picture.tokens.size());
  const auto columns = static_cast<std::int64_t>(filled.size());
  report::HeatMap out{.name = "probability", .rows = rows, .columns = columns, .low = 0};
  out.values.resize(static_cast<std::size_t>(rows * columns));
  for (std::size_t c = 0; c < filled.size(); ++c)
    for (std::size_t r = 0; r < picture.tokens.size(); ++r)
      out.values[r * filled.size() + c] = static_cast<float>(filled[c].probabilities[r]);
  out.high = std::min(1.0, report::round_span(out.values, 0.005, out.palette).high);
  return out;
}

report::Figure map(std::span<const FilledPosition> filled, const MaskPicture& picture) {
  report::Figure figure;
  figure.title = fmt::format("{}: what {} expects at every position", short_name(picture.record), picture.model);
  report::Points truth{"residue of the sequence", {}, {}, {}, 0, report::Points::Shape::ring, report::kOrange, {}};
  report::FigureTrack open{"entropy (bits)", {}, 0.0, std::log2(static_cast<double>(picture.tokens.size()))};
  std::vector<std::string> labels;
  std::vector<std::int64_t> numbers;
  for (std::size_t c = 0; c < filled.size(); ++c) {
    labels.push_back(place(filled[c], picture, c));
    numbers.push_back(filled[c].position + picture.base);
    open.values.push_back(entropy(filled[c].probabilities));
    if (!filled[c].truth) continue;
    truth.x.push_back(static_cast<double>(c));
    truth.y.push_back(static_cast<double>(*filled[c].truth));
  }
  figure.subtitle = fmt::format(
      "Each position masked {}. Entropy: 0 where the model is sure, {:.2g} bits where all {} tokens are alike to it.",
      picture.one_by_one ? "alone" : "together with the others", std::log2(static_cast<double>(picture.tokens.size())),
      picture.tokens.size());
  figure.x = residue_axis("position", std::move(labels), std::move(numbers));
  figure.x.ticks = report::Axis::Ticks::letters;
  figure.y.name = "token";
  figure.y.categories = picture.tokens;
  figure.y.direction = report::Axis::Direction::falling;
  figure.heat_map = cells(filled, picture);
  figure.tracks.push_back(std::move(open));
  if (!truth.x.empty()) figure.points.push_back(std::move(truth));
  report::wrap_columns(figure);
  return figure;
}

}  // namespace

report::Figure mask_figure(std::span<const FilledPosition> filled, const MaskPicture& picture) {
  return filled.size() == 1 ? bars(filled.front(), picture) : map(filled, picture);
}

}  // namespace groel::tasks
