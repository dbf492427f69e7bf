// A long list of ids and labels in memory: its ids, its labels, and a pair of numbers per row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tasks/data/options.h"
#include "tasks/reading/long_list.h"

namespace groel::tasks {

struct LabelledIds {
  Names ids, terms;
  std::vector<std::uint64_t> pairs;  ///< id << 32 | term, sorted, each once
  std::int64_t rows = 0, without = 0, passed_over = 0, repeated = 0;
};

LabelledIds read_labelled_ids(const std::vector<std::string>& paths, const DataOptions& options, Sink& sink);

/// Makes the labels terms of --ontology: read under their current ids, of one aspect, carried up to their ancestors or
/// exchanged for their nearest terms of --slim; without roots and --stop-list where these are asked for. What is left
/// out is said. Errors: as load_ontology, TermResolver::tell.
void carry_up(LabelledIds& list, const DataOptions& options, Sink& sink);

/// Errors: usage for options that need --ontology.
void check_label_options(const DataOptions& options);

}  // namespace groel::tasks
