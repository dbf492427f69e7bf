// groel train pairs: a predictor of interactions, judged beside its baselines on splits of the network.
#pragma once

#include "tasks/task.h"
#include "tasks/train/options.h"

namespace groel::tasks {

/// What its --json says: of every run the methods with their scores. Errors: as train_pairs.
nlohmann::ordered_json judged_pairs(const TrainOptions& options, Context& context);

/// Errors: as read_pairs_of_run, split_pairs, read_split and run_method; usage.
int train_pairs(const TrainOptions& options, Context& context);

}  // namespace groel::tasks
