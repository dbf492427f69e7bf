// The queries of `groel search query`: records of the index, vectors of an embedding file, or sequences, which the
// index's model embeds.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "formats/vector_sources.h"
#include "models/model.h"
#include "tasks/search/options.h"
#include "tasks/search/searcher.h"

namespace groel::tasks {

/// Of length 1, or the error of one that has no direction.
void set_vector(SearchQuery& query, std::span<const float> values);
/// `run`: what made vectors, as describe_run says it. Refuses another model than that of the index, or other prompts,
/// as far as both are known; of a model of the same name with other weights the sink is told. Errors: usage, naming
/// `where`.
void check_run(const nlohmann::json& run, const IndexSet& index, const std::string& where, Sink& sink);
/// Errors: bad_input, likewise.
void check_width(std::int64_t width, const IndexSet& index, const std::string& where);
/// What is to be computed of sequences that are looked for. Errors: usage, where the index does not say, or the model
/// has no such layer.
formats::ColumnName column_of(const IndexSet& index, const models::Model& model, const std::string& where);
/// The query for one protein of the index. The sink is told where several are named so. Errors: not_found.
SearchQuery query_by_id(const std::string& id, const IndexSet& index, Sink& sink);

/// By --ids, --embeddings or --sequences. Errors: usage (not one of the three, no model, another model than that of the
/// index), bad_input (vectors of another width), not_found; those of a record stay with it.
std::vector<SearchQuery> read_queries(const SearchOptions& options, const IndexSet& index, Sink& sink);

}  // namespace groel::tasks
