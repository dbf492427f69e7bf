// Training on several ranks: what the others need to compute the same gradients.
#pragma once

#include "tasks/train/plan.h"
#include "train/model_trainee.h"
#include "train/ranked_trainee.h"

namespace groel::tasks {

/// Whether several ranks share a training run: of language models, and of labels on a trunk that is trained.
bool shares_training(const TrainOptions& options);

/// Has the other ranks make the trainee that this one has made of `weights`; null, where there are none. To be asked
/// before the trainee takes the weights.
class RankedStart {
 public:
  RankedStart(const TrainPlan& plan, const checkpoints::Checkpoint& weights);
  /// The trainee with all ranks at work; empty, where this process is alone. Errors: those of the others, within
  /// training.
  std::unique_ptr<train::RankedTrainee> begin(train::Trainee& trainee) const;

 private:
  ranks::Bytes setup_;
};

/// The work of making it, of the command that all ranks were started with.
ranks::RankWorks training_works(const Options& options);

}  // namespace groel::tasks
