// Finds the nearest vectors by cosine: through a graph of near vectors (HNSW: Malkov and Yashunin 2018), or by
// comparing with all of them.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "analysis/neighbours.h"

namespace groel::analysis {

/// Vectors of length 1 in memory that somebody else owns: [rows, width] row-major.
struct UnitRows {
  std::int64_t rows = 0, width = 0;
  const float* values = nullptr;

  std::span<const float> row(std::int64_t i) const { return {values + i * width, static_cast<std::size_t>(width)}; }
};

/// 1 - cos up to which two rows are one to the graph: about what rounding to bfloat16 changes. Crowds of such rows
/// would be linked to one another alone, and hide all others.
inline constexpr float kEqualRows = 1e-6F;

/// One level of the graph. A slot is 1 + degree numbers: how many neighbours, and their rows.
struct HnswLevel {
  std::vector<std::int32_t> rows;   ///< those of this level, ascending; of level 0 none, as it has all
  std::vector<std::int32_t> links;  ///< one slot per row; that of a copy is empty
};

struct HnswGraph {
  std::int64_t degree = 0;  ///< neighbours that a row has at most; at level 0 twice as many
  std::int64_t entry = 0;   ///< the row where a search begins: of the highest level
  std::vector<HnswLevel> levels;
  std::vector<std::int32_t> copied;  ///< rows in the graph that others equal, ascending: once for each of those
  std::vector<std::int32_t> copies;  ///< the others; a search that comes to the first lists them with it
};

struct HnswOptions {
  std::int64_t degree = 16;
  std::int64_t ef = 200;  ///< candidates kept while a row looks for its neighbours
  std::uint64_t seed = 0;
  std::function<void(std::int64_t)> progress = [](std::int64_t) {};  ///< rows done
};

/// The same graph for the same rows and seed on any number of threads. Errors: interrupted, memory; usage for more than
/// 2^31 - 1 rows.
HnswGraph build_hnsw(const UnitRows& data, const HnswOptions& options);

/// The same graph where it lies, for example in a mapped file.
struct HnswView {
  struct Level {
    std::span<const std::int32_t> rows, links;
  };
  std::int64_t degree = 0, entry = 0;
  std::vector<Level> levels;
  std::span<const std::int32_t> copied, copies;
};
HnswView view(const HnswGraph& graph);

/// About the `k` rows nearest to `query` [width, of length 1], nearest first; `ef` (at least k is used) candidates
/// are kept on the way: more find more. Nothing of the graph is trusted. Errors: bad_input when it is damaged.
struct HnswQuery {
  std::span<const float> query;
  std::int64_t k = 10, ef = 200;
};
std::vector<Neighbour> search_hnsw(const UnitRows& data, const HnswView& graph, const HnswQuery& query);

/// Exactly the `k` rows nearest to `query`, nearest first, on all threads.
std::vector<Neighbour> search_all(const UnitRows& data, std::span<const float> query, std::int64_t k);

}  // namespace groel::analysis
