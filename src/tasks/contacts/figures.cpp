// Draws contact maps as heat maps with the first residue at the top left.
#include "tasks/contacts/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "report/span.h"
#include "tasks/reading/id_parts.h"
#include "tasks/reading/picture.h"

namespace groel::tasks {
namespace {

constexpr int kSide = 820;
constexpr std::size_t kDark = 12;  // the colour of a contact's cell
constexpr const char* kContact = "contact in the structure";

// By the author's numbers where they are known and are not the places in the sequence anyway.
bool has_numbers(const ChainLabels& chain) {
  for (std::size_t i = 0; i < chain.numbers.size(); ++i)
    if (!chain.numbers[i].empty() && chain.numbers[i] != std::to_string(i + 1)) return true;
  return false;
}

// A residue that was not seen has no number, and no tick.
report::Axis axis_of(std::string name, const ChainLabels& chain) {
  if (!has_numbers(chain)) return residue_axis(std::move(name), chain.residues, numbers_from(1, chain.residues.size()));
  std::vector<std::string> labels;
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < chain.residues.size(); ++i) {
    const std::string& number = chain.numbers[i];
    labels.push_back(number.empty() ? chain.residues[i].substr(0, 1) + " (not seen)"
                                    : chain.residues[i].substr(0, 1) + number);
    numbers.push_back(number.empty() ? report::kNoNumber : std::strtoll(number.c_str(), nullptr, 10));
  }
  return residue_axis(std::move(name) + ", as the structure numbers it", std::move(labels), std::move(numbers));
}

report::Figure map_figure(const ChainLabels& rows, const ChainLabels& columns) {
  report::Figure figure;
  figure.width = kSide + 60;
  figure.height = kSide + 70;
  figure.x = axis_of("residue", columns);
  figure.y = axis_of("residue", rows);
  figure.y.direction = report::Axis::Direction::falling;
  figure.heat_map = report::HeatMap{};
  figure.heat_map->rows = static_cast<std::int64_t>(rows.residues.size());
  figure.heat_map->columns = static_cast<std::int64_t>(columns.residues.size());
  figure.heat_map->palette = report::Palette::greys;
  figure.heat_map->cells = report::HeatMap::Cells::square;
  figure.heat_map->low = 0;
  return figure;
}

// Pairs that are near along the chain, which say nothing, have no value.
void leave_out_near(std::vector<float>& values, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = std::max<std::int64_t>(0, i - analysis::kShortestRange + 1);
         j < std::min(n, i + analysis::kShortestRange); ++j)
      values[static_cast<std::size_t>(i * n + j)] = NAN;
}

// A name in the legend for cells of the map.
report::Points cell_key(const std::string& name) {
  report::Points key{name, {}, {}, {}, 9, report::Points::Shape::square, kDark, {}};
  return key;
}

struct Marks {
  report::Points hits{"", {}, {}, {}, 0, report::Points::Shape::circle, report::kBlue, {}};
  report::Points misses{"", {}, {}, {}, 0, report::Points::Shape::cross, report::kOrange, {}};
  report::Points unknown{"", {}, {}, {}, 0, report::Points::Shape::ring, report::kGreen, {}};
};

// The likeliest L pairs, above the diagonal.
Marks marks_of(const ContactResult& result) {
  Marks out;
  for (const ContactPair& pair : ranked_pairs(result, result.sequence.size())) {
    const float distance = result.truth ? result.truth->at(pair.i, pair.j) : NAN;
    report::Points& kind = std::isnan(distance)                    ? out.unknown
                           : distance < analysis::kContactDistance ? out.hits
                                                                   : out.misses;
    kind.x.push_back(static_cast<double>(pair.j));
    kind.y.push_back(static_cast<double>(pair.i));
  }
  return out;
}

void add_marks(report::Figure& figure, const ContactResult& result) {
  Marks marks = marks_of(result);
  marks.hits.name = fmt::format("hit: in contact ({})", marks.hits.x.size());
  marks.misses.name = fmt::format("miss: not in contact ({})", marks.misses.x.size());
  marks.unknown.name = result.truth ? fmt::format("without coordinates ({})", marks.unknown.x.size())
                                    : fmt::format("the likeliest L pairs ({})", marks.unknown.x.size());
  for (report::Points* points : {&marks.hits, &marks.misses, &marks.unknown})
    if (!points->x.empty()) figure.points.push_back(std::move(*points));
}

void put_structure_below(report::Figure& figure, const analysis::DistanceMap& distances) {
  const auto truth = analysis::contacts(distances, analysis::kContactDistance);
  const std::int64_t n = distances.rows;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < i; ++j)
      figure.heat_map->values[static_cast<std::size_t>(i * n + j)] = truth[static_cast<std::size_t>(i * n + j)];
  figure.heat_map->below = kContact;
  figure.points.push_back(cell_key(std::string(kContact) + ", below the diagonal"));
}

}  // namespace

std::vector<std::string> residue_labels(const std::string& sequence) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < sequence.size(); ++i) out.push_back(fmt::format("{}{}", sequence[i], i + 1));
  return out;
}

report::Figure contact_figure(const ContactResult& result, const std::string& model) {
  const ChainLabels labels{"", residue_labels(result.sequence), result.numbers};
  report::Figure figure = map_figure(labels, labels);
  figure.title = fmt::format("Contacts of {} as {} sees them", short_name(result.id), model);
  report::HeatMap& map = *figure.heat_map;
  map.name = "predicted probability of contact";
  map.values = result.probabilities;
  leave_out_near(map.values, result.length());
  map.high = report::round_span(map.values, 0.001, report::Palette::greys).high;
  add_marks(figure, result);
  const std::string near = fmt::format("Pairs nearer than {} along the chain are left out.", analysis::kShortestRange);
  if (!result.truth) {
    figure.subtitle = near;
    return figure;
  }
  put_structure_below(figure, *result.truth);
  leave_out_near(map.values, result.length());
  figure.subtitle = fmt::format(
      "Above the diagonal: predicted, the {} likeliest pairs (top L) marked. Below: the structure (Cβ within {} "
      "Å).\n{}",
      std::min(result.sequence.size(), ranked_pairs(result, result.sequence.size()).size()), analysis::kContactDistance,
      near);
  return figure;
}

report::Figure structure_figure(const std::string& source, const analysis::DistanceMap& map, const ChainLabels& a,
                                const ChainLabels& b) {
  report::Figure figure = map_figure(a, b);
  const bool one = a.name == b.name;
  figure.title = one ? fmt::format("Contacts within chain {} of {}", a.name, source)
                     : fmt::format("Contacts between chains {} and {} of {}", a.name, b.name, source);
  figure.subtitle = fmt::format("Cβ (of glycine Cα) within {} Å", analysis::kContactDistance);
  figure.y.name.insert(0, fmt::format("chain {}: ", a.name));
  figure.x.name.insert(0, fmt::format("chain {}: ", b.name));
  figure.heat_map->high = 1;
  figure.heat_map->below = "contact";
  figure.heat_map->values = analysis::contacts(map, analysis::kContactDistance);
  if (one) {
    leave_out_near(figure.heat_map->values, map.rows);
    figure.subtitle += fmt::format("; pairs nearer than {} along the chain are left out", analysis::kShortestRange);
  }
  figure.points.push_back(cell_key("contact"));
  return figure;
}

}  // namespace groel::tasks
