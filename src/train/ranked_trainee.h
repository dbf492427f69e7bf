// A trainee that every rank of a run has: any of them computes the gradient of a batch, and this one adds them up in
// the order of the batches, so that the sum is bitwise what one process comes to.
#pragma once

#include "ranks/crew.h"
#include "train/data.h"
#include "train/step.h"

namespace groel::train {

/// The leader's. While it lives, the trainee is computed with by the crew's threads, within its calls alone.
class RankedTrainee {
 public:
  RankedTrainee(ranks::Crew& crew, Trainee& trainee);
  ~RankedTrainee();
  RankedTrainee(const RankedTrainee&) = delete;
  RankedTrainee& operator=(const RankedTrainee&) = delete;

  int ranks() const { return crew_.size(); }
  /// As train::accumulate_all. Errors: also those of ranks::Crew::run.
  StepResult accumulate_all(const std::vector<TrainBatch>& batches);
  /// As train::evaluate_all, likewise.
  LossSum evaluate_all(TrainData& data);
  /// Gives all ranks the parameters as they are now.
  void send_parameters();

 private:
  ranks::Crew& crew_;
  Trainee& trainee_;
};

/// What the others compute with from now on; null: nothing.
void hold_trainee(std::shared_ptr<Trainee> trainee);
/// The works on it: gradients, losses, new parameters.
ranks::RankWorks trainee_works();

}  // namespace groel::train
