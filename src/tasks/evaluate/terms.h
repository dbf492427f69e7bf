// groel evaluate terms: CAFA's measures of predicted terms of an ontology.
#pragma once

#include "tasks/evaluate/options.h"
#include "tasks/task.h"

namespace groel::tasks {

/// Prints the measures of each aspect and of each term. Errors: as load_ontology, read_scored_terms.
int evaluate_terms(const EvaluateOptions& options, Context& context);

}  // namespace groel::tasks
