// Building it.
#include "tasks/train/trainee.h"

#include "train/mlm.h"

namespace groel::tasks {

std::unique_ptr<train::Trainee> mlm_trainee(engine::Checkpoint weights, ops::Precision precision) {
  return train::make_mlm(std::move(weights), {.precision = precision});
}

}  // namespace groel::tasks
