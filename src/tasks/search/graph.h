// Decides whether an index gets a graph, and which: one that finds what an exact search finds, or none. Codes by FAISS,
// too.
#pragma once

#include <optional>

#include "analysis/hnsw_check.h"
#include "analysis/quantised.h"
#include "base/progress.h"

namespace groel::tasks {

/// Candidates that a query keeps by default, and with which graphs are measured.
inline constexpr std::int64_t kSearchEf = 200;
/// Vectors up to which looking at all takes no longer than a graph does: about a millisecond.
inline constexpr std::int64_t kMostWithoutGraph = 5000;
/// The recall that a graph has to reach.
inline constexpr double kLeastRecall = 0.95;

/// Codes of the vectors, by FAISS.
struct IndexCodes {
  std::vector<std::byte> bytes;
  std::int64_t lists = 0, code_bytes = 0;
  std::int64_t probes = 1;  ///< lists that a query looks at, as the recall was measured with
};

/// What vectors are found by: a graph, codes, or nothing, where all are looked at.
struct IndexGraph {
  std::optional<analysis::HnswGraph> graph;
  analysis::HnswQuality quality{};
  std::optional<IndexCodes> codes{};
};

/// Builds, mends and measures; a graph that finds too little is built again with more neighbours, and then done
/// without: both are warned of. Errors: as analysis::build_hnsw.
IndexGraph make_graph(const analysis::UnitRows& vectors, Sink& sink);
/// Codes by FAISS, and as many probes as reach the recall; where no number of them does, it is warned of. Errors: as
/// analysis::build_quantised.
IndexGraph make_codes(const analysis::UnitRows& vectors, analysis::QuantisedOptions options, Sink& sink);

}  // namespace groel::tasks
