// groel evaluate table: scores of predictions that a table holds.
#pragma once

#include "tasks/evaluate/options.h"
#include "tasks/task.h"

namespace groel::tasks {

/// Prints all scores, as text or JSON. Errors: as read_predictions, tune, calibration_of.
int evaluate_table(const EvaluateOptions& options, Context& context);

/// A score or a name as a table prints it: four decimals, "-" for null.
std::string printed_cell(const nlohmann::ordered_json& value);

}  // namespace groel::tasks
