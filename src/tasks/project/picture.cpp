// Draws points as one series per group, or as one series with values.
#include "tasks/project/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tasks/reading/id_parts.h"

namespace groel::tasks {
namespace {

constexpr std::size_t kMostGroups = 10;  // that colours tell apart

double marker(const PlaneMap& map) { return map.ids.size() > 2000 ? 4 : 8; }

void add(report::Points& points, const PlaneMap& map, std::size_t i) {
  points.x.push_back(map.points[i][0]);
  points.y.push_back(map.points[i][1]);
  points.labels.push_back(short_name(map.ids[i]));
}

// The commonest groups, in the order of their names.
std::vector<std::string> shown_groups(const std::vector<std::string>& groups) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& group : groups)
    if (!group.empty()) ++counts[group];
  std::vector<std::pair<std::string, std::size_t>> order(counts.begin(), counts.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (order.size() > kMostGroups + 1) order.resize(kMostGroups);
  std::vector<std::string> out;
  for (const auto& [group, count] : order) out.push_back(group);
  std::sort(out.begin(), out.end());
  return out;
}

std::size_t distinct(std::vector<std::string> groups) {
  std::sort(groups.begin(), groups.end());
  return static_cast<std::size_t>(std::unique(groups.begin(), groups.end()) - groups.begin());
}

void add_groups(report::Figure& figure, const PlaneMap& map) {
  const auto names = shown_groups(map.colouring.groups);
  std::vector<report::Points> series(names.size());
  report::Points others, none;
  std::vector<std::string> left_out;
  for (std::size_t i = 0; i < map.ids.size(); ++i) {
    const std::string& group = map.colouring.groups[i];
    const auto found = std::lower_bound(names.begin(), names.end(), group);
    if (found != names.end() && *found == group)
      add(series[static_cast<std::size_t>(found - names.begin())], map, i);
    else if (group.empty())
      add(none, map, i);
    else {
      add(others, map, i);
      left_out.push_back(group);
    }
  }
  if (!left_out.empty()) others.name = fmt::format("{} other groups ({} points)", distinct(left_out), others.x.size());
  none.name = names.empty() ? "" : "no group";
  others.colour = none.colour = report::kGrey;
  if (names.empty()) none.colour = report::kBlue;
  none.shape = names.empty() ? report::Points::Shape::circle : report::Points::Shape::ring;
  for (report::Points* grey : {&none, &others})  // below the groups
    if (!grey->x.empty()) figure.points.push_back(std::move(*grey));
  const std::size_t colours[] = {0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 10};
  for (std::size_t i = 0; i < names.size(); ++i) {
    series[i].name = short_name(names[i]);
    series[i].colour = colours[i];
    figure.points.push_back(std::move(series[i]));
  }
}

void add_scale(report::Figure& figure, const PlaneMap& map) {
  report::Points known{map.colouring.name};
  report::Points none{"no value"};
  none.colour = report::kGrey;
  none.shape = report::Points::Shape::ring;
  for (std::size_t i = 0; i < map.ids.size(); ++i) {
    const double value = map.colouring.values[i];
    add(std::isnan(value) ? none : known, map, i);
    if (!std::isnan(value)) known.values.push_back(value);
  }
  figure.point_scale = report::PointScale{map.colouring.name, {}, {}};
  if (!none.x.empty()) {
    none.name = fmt::format("no value ({})", none.x.size());
    figure.points.push_back(std::move(none));
  }
  known.name.clear();
  figure.points.push_back(std::move(known));
}

std::string in_words(const PlaneMap& map) {
  const std::string what = map.column.empty() ? "" : fmt::format(" ({})", map.column);
  const std::string colours = map.colouring.name.empty() ? "" : fmt::format(", coloured by {}", map.colouring.name);
  return map.method == "pca"
             ? fmt::format(
                   "{} vectors{}{}. Distances are those of the vectors, seen along the two directions in which "
                   "they differ most.",
                   map.ids.size(), what, colours)
             : fmt::format("{} vectors{}{}. Near points have like vectors; distances between far ones mean little.",
                           map.ids.size(), what, colours);
}

}  // namespace

report::Figure plane_figure(const PlaneMap& map) {
  report::Figure figure;
  figure.title = fmt::format("{} of {}", map.method == "pca" ? "PCA" : "t-SNE", map.file);
  figure.subtitle = in_words(map);
  figure.x.name = map.x_name;
  figure.y.name = map.y_name;
  if (map.colouring.values.empty())
    add_groups(figure, map);
  else
    add_scale(figure, map);
  for (report::Points& points : figure.points) points.size = marker(map);
  figure.width = 960;
  figure.height = 760;
  return figure;
}

}  // namespace groel::tasks
