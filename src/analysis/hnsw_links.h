// The links of the search graph: which neighbours each row is linked to.
#pragma once

#include "analysis/hnsw_walk.h"

namespace groel::analysis {

/// Where the links of a row of a level are stored: their number, then the links.
std::int32_t* link_slot(HnswGraph& graph, std::size_t level, std::int32_t row);
inline std::int64_t most_links(const HnswGraph& graph, std::size_t level) {
  return level == 0 ? 2 * graph.degree : graph.degree;
}

/// At most `most` of the candidates (nearest first): all, where they are few; else each that is nearer to the row than
/// to any that was chosen before it, so that links lead in all directions (Malkov and Yashunin's algorithm 4).
std::vector<std::int32_t> choose_links(const UnitRows& data, const std::vector<Candidate>& candidates,
                                       std::int64_t most);

/// Adds links from `row` to `others`; where there is no room, chooses anew among all.
void add_links(const UnitRows& data, HnswGraph& graph, std::size_t level, std::int32_t row,
               std::span<const std::int32_t> others);

/// Adds a link at level 0 come what may. Returns the one that had to go for it: that which another link is nearest to;
/// -1: none.
std::int32_t force_link(const UnitRows& data, HnswGraph& graph, std::int32_t row, std::int32_t other);

}  // namespace groel::analysis
