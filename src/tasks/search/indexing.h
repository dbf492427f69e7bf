// groel search index: makes an index from an embedding file.
#pragma once

#include "tasks/search/options.h"
#include "tasks/task.h"

namespace groel::tasks {

/// Errors: usage; as formats::read_vectors, make_graph, write_index.
int make_index(const std::string& embeddings, const SearchOptions& options, Context& context);

}  // namespace groel::tasks
