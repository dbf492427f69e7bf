// groel evaluate table: scores of predictions that a table holds.
#pragma once

#include "tasks/evaluate/options.h"
#include "tasks/task.h"

namespace groel::tasks {

/// Prints all scores, as text or JSON. Errors: as read_predictions, tune, calibration_of.
int evaluate_table(const EvaluateOptions& options, Context& context);

}  // namespace groel::tasks
