// Runs one update of training, adding up gradients over several batches.
#include "train/step.h"

#include "train/pieces.h"

namespace groel::train {

StepResult accumulate_all(Trainee& trainee, const std::vector<TrainBatch>& batches) {
  std::int64_t targets = 0;
  for (const TrainBatch& batch : batches) targets += batch.target_count;
  StepResult result;
  for (const TrainBatch& batch : batches) {
    result.tokens += batch.size();
    if (batch.target_count > 0) result.sum += trainee.accumulate(batch, 1.0 / static_cast<double>(targets));
  }
  result.gradient_norm = gradient_norm(trainee.parameters());
  return result;
}

}  // namespace groel::train
