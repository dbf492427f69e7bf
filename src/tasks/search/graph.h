// Decides whether an index gets a graph, and which: one that finds what an exact search finds, or none.
#pragma once

#include <optional>

#include "analysis/hnsw_check.h"
#include "base/progress.h"

namespace groel::tasks {

/// Candidates that a query keeps by default, and with which graphs are measured.
inline constexpr std::int64_t kSearchEf = 200;
/// Vectors up to which looking at all takes no longer than a graph does: about a millisecond.
inline constexpr std::int64_t kMostWithoutGraph = 5000;
/// The recall that a graph has to reach.
inline constexpr double kLeastRecall = 0.95;

struct IndexGraph {
  std::optional<analysis::HnswGraph> graph;
  analysis::HnswQuality quality{};
};

/// Builds, mends and measures; a graph that finds too little is built again with more neighbours, and then done
/// without: both are warned of. Errors: as analysis::build_hnsw.
IndexGraph make_graph(const analysis::UnitRows& vectors, Sink& sink);

}  // namespace groel::tasks
