// Heat maps with the first residue at the top left.
#include "tasks/contacts/figures.h"

namespace groel::tasks {
namespace {

constexpr int kSide = 820;

report::Figure map_figure(const std::vector<std::string>& rows, const std::vector<std::string>& columns) {
  report::Figure figure;
  figure.width = kSide + 80;
  figure.height = kSide;
  figure.x.categories = columns;
  figure.y.categories = rows;
  figure.y.direction = report::Axis::Direction::falling;
  figure.x.name = figure.y.name = "residue";
  figure.heat_map = report::HeatMap{};
  figure.heat_map->rows = static_cast<std::int64_t>(rows.size());
  figure.heat_map->columns = static_cast<std::int64_t>(columns.size());
  figure.heat_map->low = 0;
  figure.heat_map->high = 1;
  return figure;
}

}  // namespace

std::vector<std::string> residue_labels(const std::string& sequence) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < sequence.size(); ++i) out.push_back(fmt::format("{}{}", sequence[i], i + 1));
  return out;
}

report::Figure contact_figure(const ContactResult& result) {
  const auto labels = residue_labels(result.sequence);
  report::Figure figure = map_figure(labels, labels);
  figure.title = "Contacts of " + result.id;
  figure.heat_map->name = "probability";
  figure.heat_map->values = result.probabilities;
  if (!result.truth) return figure;
  figure.subtitle = "above the diagonal: predicted; below: within 8 Å in the structure";
  const auto truth = analysis::contacts(*result.truth, analysis::kContactDistance);
  const std::int64_t n = result.length();
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j <= i; ++j)
      figure.heat_map->values[static_cast<std::size_t>(i * n + j)] = truth[static_cast<std::size_t>(i * n + j)];
  return figure;
}

report::Figure structure_figure(const std::string& source, const analysis::DistanceMap& map, const ChainLabels& a,
                                const ChainLabels& b) {
  report::Figure figure = map_figure(a.residues, b.residues);
  const bool one = a.name == b.name;
  figure.title = one ? "Contacts of chain " + a.name : fmt::format("Contacts between chains {} and {}", a.name, b.name);
  figure.subtitle = source + ": Cβ (of glycine Cα) within 8 Å";
  figure.y.name = "residue of chain " + a.name;
  figure.x.name = "residue of chain " + b.name;
  figure.heat_map->name = "contact";
  figure.heat_map->values = analysis::contacts(map, analysis::kContactDistance);
  return figure;
}

}  // namespace groel::tasks
