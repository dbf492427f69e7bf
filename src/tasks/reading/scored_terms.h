// Terms of proteins, with scores where they are predictions: a long list in memory, 16 bytes a row.
#pragma once

#include <functional>
#include <vector>

#include "tasks/reading/long_list.h"
#include "tasks/reading/ontology.h"

namespace groel::tasks {

struct ScoredTerms {
  struct Row {
    std::uint32_t id = 0;
    ontology::Place term = 0;
    double score = 0;
  };
  Names ids;
  std::vector<Row> rows_of_terms;  ///< sorted by id and term
  std::int64_t rows = 0;           ///< that were read
  std::int64_t elsewhere = 0;      ///< of proteins that are not wanted
  bool scored = false;             ///< whether the list has scores; without them each is 1

  /// Calls `visit` with every protein and its terms, in the order in which proteins first occur. It may change them.
  void for_each(const std::function<void(std::uint32_t id, std::vector<ontology::ScoredTerm>& terms)>& visit) const;
};

/// `wanted`: of these proteins alone, whose numbers are kept; null: of all. Errors: as read_lists; bad_input for a
/// score that is no number from 0 to 1.
ScoredTerms read_scored_terms(const ListReading& how, TermResolver& resolver, Sink& sink,
                              const Names* wanted = nullptr);

}  // namespace groel::tasks
