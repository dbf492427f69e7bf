// The queries of `groel search query`: records of the index, vectors of an embedding file, or sequences, which the
// index's model embeds.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "tasks/search/index_file.h"
#include "tasks/search/options.h"

namespace groel::tasks {

struct SearchQuery {
  std::string id;
  std::vector<float> vector;     ///< [width], of length 1; empty with an error
  std::int64_t self = -1;        ///< row of the index that it is, and which it does not find
  std::optional<Error> error{};  ///< this query alone cannot be searched for
};

/// By --ids, --embeddings or --sequences. Errors: usage (not one of the three, no model, another model than that of the
/// index), bad_input (vectors of another width), not_found; those of a record stay with it.
std::vector<SearchQuery> read_queries(const SearchOptions& options, const SearchIndex& index, Sink& sink);

}  // namespace groel::tasks
