// groel train pairs: a predictor of interactions, judged beside its baselines on splits of the network.
#pragma once

#include "tasks/task.h"
#include "tasks/train/options.h"

namespace groel::tasks {

/// Errors: as read_pairs_of_run, split_pairs, read_split and run_method; usage.
int train_pairs(const TrainOptions& options, Context& context);

}  // namespace groel::tasks
