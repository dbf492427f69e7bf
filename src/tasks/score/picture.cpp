// Draws scores as a heat map or a scatter plot.
#include "tasks/score/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/words.h"
#include "bio/residues.h"
#include "report/span.h"
#include "report/trend.h"
#include "tasks/reading/id_parts.h"
#include "tasks/reading/input.h"
#include "tasks/reading/picture.h"

namespace groel::tasks {
namespace {

// The mean of what a position has.
struct Mean {
  double sum = 0;
  std::int64_t count = 0;
  double value() const { return count > 0 ? sum / static_cast<double>(count) : NAN; }
  void add(double value) {
    if (std::isnan(value)) return;
    sum += value;
    ++count;
  }
};

struct Scan {
  report::HeatMap cells;
  std::vector<Mean> scores, measured;  // of the positions
};

bool is_substitution(const VariantRow& row) {
  return !row.error && row.variant.edits.size() == 1 && row.variant.only_substitutions();
}

Scan scan_of(const std::string& wild_type, const std::vector<VariantRow>& rows, std::span<const double> scores) {
  const std::size_t columns = wild_type.size();
  Scan out{{.name = "log-likelihood, mutant less wild type",
            .rows = static_cast<std::int64_t>(bio::kResidues.size()),
            .columns = static_cast<std::int64_t>(columns),
            .values = std::vector<float>(bio::kResidues.size() * columns, NAN),
            .palette = report::Palette::diverging},
           std::vector<Mean>(columns),
           std::vector<Mean>(columns)};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!is_substitution(rows[i])) continue;
    const auto& edit = rows[i].variant.edits.front();
    const auto at = static_cast<std::size_t>(edit.first - 1);
    const auto residue = bio::kResidues.find(edit.to);
    if (residue == std::string_view::npos || bio::kResidues.find(wild_type[at]) == std::string_view::npos) continue;
    out.cells.values[residue * columns + at] = static_cast<float>(scores[i]);
    out.scores[at].add(scores[i]);
    out.measured[at].add(rows[i].measured);
  }
  return out;
}

// The first methionine, whose scores are far from all others', does not count for the colours.
void set_colours(report::HeatMap& cells, const std::string& wild_type) {
  std::vector<float> values = cells.values;
  if (wild_type.starts_with('M') && wild_type.size() > 1)
    for (std::int64_t r = 0; r < cells.rows; ++r) values[static_cast<std::size_t>(r * cells.columns)] = NAN;
  const report::Span ends = report::round_span(values, 0.02, cells.palette);
  cells.low = ends.low;
  cells.high = ends.high;
}

report::FigureTrack track_of(const std::string& name, const std::vector<Mean>& means) {
  report::FigureTrack out{name, {}, {}, {}};
  for (const Mean& mean : means) out.values.push_back(mean.value());
  return out;
}

report::Points wild_type_marks(const std::string& wild_type) {
  report::Points own{"wild type", {}, {}, {}, 4, report::Points::Shape::circle, report::kBlack, {}};
  for (std::size_t i = 0; i < wild_type.size(); ++i) {
    const auto residue = bio::kResidues.find(wild_type[i]);
    if (residue == std::string_view::npos) continue;
    own.x.push_back(static_cast<double>(i));
    own.y.push_back(static_cast<double>(residue));
  }
  return own;
}

const char* degree(double correlation) {
  if (correlation <= -0.1) return "runs against the measurements";
  if (correlation < 0.1) return "does not agree with the measurements";
  if (correlation < 0.3) return "agrees weakly with the measurements";
  if (correlation < 0.5) return "agrees moderately with the measurements";
  return correlation < 0.7 ? "agrees well with the measurements" : "agrees very well with the measurements";
}

}  // namespace

report::Figure scan_figure(const WildType& protein, const std::vector<VariantRow>& rows, std::span<const double> scores,
                           const ScoredBy& by) {
  const std::string& wild_type = protein.sequence;
  report::Figure figure;
  figure.title = fmt::format("Substitutions of {} as {} scores them", short_name(protein.id), by.model);
  figure.subtitle = fmt::format(
      "Natural log-likelihood of the mutant less the wild type's ({}): blue is likelier than the wild type (dots), red "
      "less likely, grey not scored.",
      by.method);
  std::vector<std::string> labels;
  const auto numbers = numbers_from(1 + protein.offset, wild_type.size());
  for (std::size_t i = 0; i < wild_type.size(); ++i) labels.push_back(fmt::format("{}{}", wild_type[i], numbers[i]));
  figure.x = residue_axis("position", std::move(labels), numbers);
  figure.x.ticks = report::Axis::Ticks::letters;
  figure.y.name = "residue";
  figure.y.direction = report::Axis::Direction::falling;
  for (const char residue : bio::kResidues) figure.y.categories.emplace_back(1, residue);
  Scan scan = scan_of(wild_type, rows, scores);
  set_colours(scan.cells, wild_type);
  figure.heat_map = std::move(scan.cells);
  figure.tracks.push_back(track_of("mean score of the position", scan.scores));
  if (std::any_of(scan.measured.begin(), scan.measured.end(), [](const Mean& mean) { return mean.count > 0; }))
    figure.tracks.push_back(track_of("mean measured value", scan.measured));
  figure.points.push_back(wild_type_marks(wild_type));
  report::wrap_columns(figure);
  return figure;
}

std::string in_words(const Agreement& agreement) {
  if (std::isnan(agreement.spearman))
    return fmt::format("Too few different values to compare a ranking (n = {})", grouped(agreement.count));
  return fmt::format("Spearman {:.2f}: the model's ranking {} (n = {})", agreement.spearman, degree(agreement.spearman),
                     grouped(agreement.count));
}

report::Figure measured_figure(const std::vector<VariantRow>& rows, std::span<const double> scores,
                               const Comparison& comparison, const ScoredBy& by) {
  report::Figure figure;
  const Agreement& found = comparison.agreement;
  figure.title = fmt::format("{}: {} measured, and as {} scores it", short_name(comparison.protein),
                             comparison.measured, by.model);
  figure.subtitle = in_words(found);
  if (!std::isnan(found.pearson)) figure.subtitle += fmt::format("\nPearson {:.2f}", found.pearson);
  if (!std::isnan(found.auroc))
    figure.subtitle += fmt::format(", AUROC {:.2f} (above {:.3g})", found.auroc, found.threshold);
  figure.x.name = fmt::format("score: natural log-likelihood less the wild type's ({})", by.method);
  figure.y.name = comparison.measured;
  report::Points points{"variant", {}, {}, {}, rows.size() > 1000 ? 4.0 : 7.0};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].error || std::isnan(rows[i].measured) || std::isnan(scores[i])) continue;
    points.x.push_back(scores[i]);
    points.y.push_back(rows[i].measured);
    points.labels.push_back(rows[i].name);
  }
  if (auto line = report::trend(points)) figure.lines.push_back(std::move(*line));
  figure.points.push_back(std::move(points));
  figure.width = 860;
  figure.height = 620;
  return figure;
}

}  // namespace groel::tasks
