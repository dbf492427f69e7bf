// The training of labels, several times and judged, for commands that compare such runs.
#pragma once

#include "tasks/task.h"
#include "tasks/train/options.h"

namespace groel::tasks {

/// What `groel train classify`, `residues` or `pairs` does with these options and --repeats: see train_repeats. Errors:
/// those of groel train.
nlohmann::ordered_json judged_repeats(const TrainOptions& options, Context& context);

}  // namespace groel::tasks
