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

/// One target's part of the mean over those of all batches.
double batch_weight(const std::vector<TrainBatch>& batches);

/// The gradient of the mean loss over the targets of all batches together: that of each batch by itself, added up in
/// their order, so that several ranks may compute them (train/ranked_trainee.h). Gradients are zero before.
StepResult accumulate_all(Trainee& trainee, const std::vector<TrainBatch>& batches);

}  // namespace groel::train
