// Searches an index of one or several parts for one vector after the other.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "analysis/quantised.h"
#include "tasks/search/graph.h"
#include "tasks/search/index_set.h"
#include "tasks/search/labels.h"

namespace groel::tasks {

struct SearchQuery {
  std::string id;
  std::vector<float> vector;     ///< [width], of length 1; empty with an error
  std::int64_t self = -1;        ///< row of the index that it is, and which it does not find
  std::optional<Error> error{};  ///< this query alone cannot be searched for
};

struct SearcherSettings {
  std::int64_t neighbours = 10;
  std::int64_t ef = kSearchEf;         ///< candidates that are kept, or compared as they are
  bool exact = false;                  ///< all is looked at
  std::optional<std::int64_t> probes;  ///< of FAISS' lists; none: as many as its recall was measured with
};

/// May be asked by several threads at a time. What each part finds is put together by distance, equal ones by row: of
/// parts that are looked at whole, what the whole would give.
class Searcher {
 public:
  /// The index outlives it. Errors: usage; unsupported, where a part needs FAISS and it is not there.
  Searcher(const IndexSet& index, const SearcherSettings& settings);

  std::vector<Hit> run(const SearchQuery& query);

  std::int64_t k() const { return k_; }
  bool exact() const { return exact_; }
  /// Times that a graph gave fewer than asked for, so that all vectors were compared.
  std::int64_t fallbacks() const { return fallbacks_; }

 private:
  std::vector<analysis::Neighbour> nearest_in(std::size_t part, std::span<const float> query, std::int64_t wanted);

  const IndexSet& index_;
  std::int64_t k_ = 0, ef_ = 0;
  bool exact_ = false;
  std::optional<std::int64_t> probes_;
  std::vector<std::unique_ptr<analysis::QuantisedIndex>> quantised_;  // of each part; null: none
  std::atomic<std::int64_t> fallbacks_ = 0;
};

}  // namespace groel::tasks
