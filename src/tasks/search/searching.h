// groel search query: searches an index.
#pragma once

#include "tasks/search/options.h"
#include "tasks/task.h"

namespace groel::tasks {

/// Errors: usage; as SearchIndex::open, read_queries; those of a query stay with it (exit status 1).
int query_index(const std::string& path, const SearchOptions& options, Context& context);

}  // namespace groel::tasks
