// Chooses the links of each row of the search graph.
#include "analysis/hnsw_links.h"

#include <utility>

#include "analysis/inner_product.h"

namespace groel::analysis {
namespace {

float distance(const UnitRows& data, std::int32_t a, std::int32_t b) {
  return -inner_product(data.row(a).data(), data.row(b).data(), data.width);
}

// The place among `links` of the one that another is nearest to, by how much nearer than the row is.
std::size_t most_redundant(const UnitRows& data, std::int32_t row, std::span<const std::int32_t> links) {
  std::size_t worst = 0;
  float least = 0;
  for (std::size_t i = 0; i < links.size(); ++i)
    for (std::size_t j = 0; j < links.size(); ++j) {
      if (i == j) continue;
      const float spare = distance(data, links[i], links[j]) - distance(data, links[i], row);
      if (spare >= least) continue;
      least = spare;
      worst = i;
    }
  return worst;
}

}  // namespace

std::int32_t* link_slot(HnswGraph& graph, std::size_t level, std::int32_t row) {
  HnswLevel& in = graph.levels[level];
  auto place = static_cast<std::int64_t>(row);
  if (level > 0) place = std::lower_bound(in.rows.begin(), in.rows.end(), row) - in.rows.begin();
  return in.links.data() + place * (1 + most_links(graph, level));
}

std::vector<std::int32_t> choose_links(const UnitRows& data, const std::vector<Candidate>& candidates,
                                       std::int64_t most) {
  std::vector<std::int32_t> out;
  const bool all = static_cast<std::int64_t>(candidates.size()) <= most;
  for (const Candidate& one : candidates) {
    if (static_cast<std::int64_t>(out.size()) == most) break;
    const auto covers = [&](std::int32_t chosen) { return distance(data, one.row, chosen) < one.distance; };
    if (all || std::none_of(out.begin(), out.end(), covers)) out.push_back(one.row);
  }
  return out;
}

void add_links(const UnitRows& data, HnswGraph& graph, std::size_t level, std::int32_t row,
               std::span<const std::int32_t> others) {
  std::int32_t* const slot = link_slot(graph, level, row);
  const std::int64_t most = most_links(graph, level);
  if (slot[0] + static_cast<std::int64_t>(others.size()) <= most) {
    std::copy(others.begin(), others.end(), slot + 1 + slot[0]);
    slot[0] += static_cast<std::int32_t>(others.size());
    return;
  }
  std::vector<Candidate> candidates;
  for (std::int32_t i = 1; i <= slot[0]; ++i) candidates.push_back({distance(data, row, slot[i]), slot[i]});
  for (const std::int32_t other : others) candidates.push_back({distance(data, row, other), other});
  std::sort(candidates.begin(), candidates.end());
  const auto chosen = choose_links(data, candidates, most);
  slot[0] = static_cast<std::int32_t>(chosen.size());
  std::copy(chosen.begin(), chosen.end(), slot + 1);
}

std::int32_t force_link(const UnitRows& data, HnswGraph& graph, std::int32_t row, std::int32_t other) {
  std::int32_t* const slot = link_slot(graph, 0, row);
  if (slot[0] < most_links(graph, 0)) {
    slot[++slot[0]] = other;
    return -1;
  }
  const std::size_t gone = most_redundant(data, row, {slot + 1, static_cast<std::size_t>(slot[0])});
  return std::exchange(slot[1 + gone], other);
}

}  // namespace groel::analysis
