// Finds near vectors by codes of some bytes each, where the vectors themselves do not fit in memory: lists of vectors
// near one centre, and product quantisation (Jégou, Douze and Schmid 2011), by FAISS, which is a part of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "analysis/hnsw.h"

namespace groel::analysis {

struct QuantisedOptions {
  std::int64_t lists = 0;       ///< 0: about four times the square root of the rows
  std::int64_t code_bytes = 0;  ///< of a vector; divides the width; 0: the most up to 64 that does
  std::uint64_t seed = 0;       ///< of the rows that centres are learned from
  std::function<void(std::int64_t)> progress = [](std::int64_t) {};  ///< rows added
};

/// What QuantisedOptions come to for so many rows.
struct QuantisedShape {
  std::int64_t lists, code_bytes, learned_from;  ///< rows
};
QuantisedShape quantised_shape(std::int64_t rows, std::int64_t width, const QuantisedOptions& options);

class QuantisedIndex {
 public:
  virtual ~QuantisedIndex() = default;
  virtual std::int64_t lists() const = 0;
  /// The rows whose codes are nearest to `query`, of the `probes` nearest lists; `count` at most. From any thread.
  virtual std::vector<std::int64_t> candidates(std::span<const float> query, std::int64_t count,
                                               std::int64_t probes) const = 0;
  /// All of it, for open_quantised.
  virtual std::vector<std::byte> bytes() const = 0;
};

/// Whether the part with FAISS is here.
bool has_quantised();
/// Learns centres of a sample of the rows and codes all, a block at a time. Errors: unsupported, without the part;
/// usage, for a width that the bytes do not divide, or too few rows; interrupted.
std::unique_ptr<QuantisedIndex> build_quantised(const UnitRows& data, const QuantisedOptions& options);
/// Errors: unsupported; bad_input, where that is none.
std::unique_ptr<QuantisedIndex> open_quantised(std::span<const std::byte> bytes);

struct QuantisedQuery {
  std::span<const float> query;
  std::int64_t k = 10;
  std::int64_t candidates = 200;  ///< that are compared as they are
  std::int64_t probes = 1;
};
/// The nearest `k` of the candidates, by their vectors: distances are those of search_all. Fewer, where the lists hold
/// fewer.
std::vector<Neighbour> search_quantised(const UnitRows& data, const QuantisedIndex& index, const QuantisedQuery& query);

/// Recall at 10 of a sample of rows against exact searches, with the fewest probes (a power of two) that reach
/// `wanted`, or all lists. On all threads. Errors: interrupted.
struct QuantisedQuality {
  double recall = 1;
  std::int64_t sampled = 0, probes = 1;
};
QuantisedQuality measure_quantised(const UnitRows& data, const QuantisedIndex& index, std::int64_t candidates,
                                   double wanted);

}  // namespace groel::analysis
