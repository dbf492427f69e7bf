// Runs one update of training, adding up gradients over several batches.
#include "train/step.h"

#include <optional>

#include "train/gradient_sum.h"
#include "train/pieces.h"

namespace groel::train {

double batch_weight(const std::vector<TrainBatch>& batches) {
  std::int64_t targets = 0;
  for (const TrainBatch& batch : batches) targets += batch.target_count;
  return 1.0 / static_cast<double>(targets);
}

StepResult accumulate_all(Trainee& trainee, const std::vector<TrainBatch>& batches) {
  const double weight = batch_weight(batches);
  StepResult result;
  // A single batch's gradient stays where it is.
  std::optional<GradientSum> sum;
  if (batches.size() > 1) sum.emplace(trainee.parameters());
  for (const TrainBatch& batch : batches) {
    result.tokens += batch.size();
    if (batch.target_count == 0) continue;
    result.sum += trainee.accumulate(batch, weight);
    if (sum) sum->add_own();
  }
  if (sum) sum->finish();
  result.gradient_norm = gradient_norm(trainee.parameters());
  return result;
}

}  // namespace groel::train
