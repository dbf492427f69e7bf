// A heat map or a scatter plot.
#include "tasks/score/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tasks/reading/input.h"

namespace groel::tasks {

report::Figure scan_figure(const WildType& protein, const std::vector<VariantRow>& rows,
                           std::span<const double> scores) {
  const std::string& wild_type = protein.sequence;
  report::Figure figure;
  figure.title = "Substitutions of " + protein.id;
  figure.subtitle = "difference of log-likelihood to the wild type; blue is likelier";
  figure.x.name = "position";
  figure.y.name = "residue";
  figure.y.direction = report::Axis::Direction::falling;
  for (const char residue : kResidues) figure.y.categories.emplace_back(1, residue);
  for (std::size_t i = 0; i < wild_type.size(); ++i)
    figure.x.categories.push_back(fmt::format("{}{}", wild_type[i], static_cast<std::int64_t>(i) + 1 + protein.offset));
  const std::size_t columns = wild_type.size();
  report::HeatMap cells{"score",
                        static_cast<std::int64_t>(kResidues.size()),
                        static_cast<std::int64_t>(columns),
                        std::vector<float>(kResidues.size() * columns, NAN),
                        report::HeatMap::Palette::diverging,
                        {},
                        {}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& edits = rows[i].variant.edits;
    if (rows[i].error || edits.size() != 1 || !rows[i].variant.only_substitutions()) continue;
    const auto residue = kResidues.find(edits.front().to);
    if (residue != std::string_view::npos)
      cells.values[residue * columns + static_cast<std::size_t>(edits.front().first - 1)] =
          static_cast<float>(scores[i]);
  }
  report::Points own{"wild type", {}, {}, {}, 3};
  for (std::size_t i = 0; i < columns; ++i) {
    const auto residue = kResidues.find(wild_type[i]);
    if (residue == std::string_view::npos) continue;
    own.x.push_back(static_cast<double>(i));
    own.y.push_back(static_cast<double>(residue));
  }
  figure.heat_map = std::move(cells);
  figure.points.push_back(std::move(own));
  figure.width = std::clamp(300 + 5 * static_cast<int>(columns), 900, 3000);
  return figure;
}

report::Figure measured_figure(const std::vector<VariantRow>& rows, std::span<const double> scores,
                               const std::string& measured, const std::string& agreement) {
  report::Figure figure;
  figure.title = "Measured and predicted";
  figure.subtitle = agreement;
  figure.x.name = "score";
  figure.y.name = measured;
  report::Points points{"", {}, {}, {}, rows.size() > 1000 ? 4.0 : 7.0};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].error || std::isnan(rows[i].measured) || std::isnan(scores[i])) continue;
    points.x.push_back(scores[i]);
    points.y.push_back(rows[i].measured);
    points.labels.push_back(rows[i].name);
  }
  figure.points.push_back(std::move(points));
  return figure;
}

}  // namespace groel::tasks
