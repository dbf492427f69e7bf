// Building it.
#include "tasks/train/trainee.h"

#include "base/error.h"

namespace groel::tasks {

std::unique_ptr<train::Trainee> mlm_trainee(engine::Checkpoint weights, ops::Precision) {
  throw Error(ErrorKind::unsupported, {"this build cannot train models yet", weights.path.string(), {}});
}

}  // namespace groel::tasks
