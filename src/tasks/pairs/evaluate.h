// groel evaluate pairs.
#pragma once

#include "tasks/evaluate/options.h"

namespace groel::tasks {

/// Compares a predictor of pairs with a table of pairs; those whose proteins it has learned from are told apart. ->
/// exit status. Errors: as read_pairs_of_run and PairPredictor; bad_input for labels that the predictor does not have.
int evaluate_pairs(const EvaluateOptions& options, Context& context);

}  // namespace groel::tasks
