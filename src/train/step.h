// One update of training: forward and backward over the accumulated batches, clipping, and the optimiser's step.
#pragma once

#include <vector>

#include "train/optimizer.h"
#include "train/trainee.h"

namespace groel::train {

struct StepResult {
  LossSum sum;
  double gradient_norm = 0;  ///< before clipping
  std::int64_t tokens = 0;
};

/// The gradient of the mean loss over the targets of all batches together.
StepResult accumulate_all(Trainee& trainee, const std::vector<TrainBatch>& batches);

}  // namespace groel::train
