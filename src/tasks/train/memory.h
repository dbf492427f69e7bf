// How much memory a training step takes, computed before the run.
#pragma once

#include "base/progress.h"
#include "tasks/train/plan.h"
#include "train/model_trainee.h"

namespace groel::tasks {

/// Notes the plan. -> bytes of a step, weights and all. Errors: memory, when it is over --memory (or what is free),
/// saying what to lower.
std::size_t plan_memory(train::ModelTrainee& trainee, const TrainPlan& plan, std::int64_t batch_tokens, Sink& sink);

}  // namespace groel::tasks
