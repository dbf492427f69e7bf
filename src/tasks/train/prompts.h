// Learns prompts on several tasks at once.
#pragma once

#include "tasks/task.h"
#include "tasks/train/label_run.h"
#include "tasks/train/labelled.h"

namespace groel::tasks {

/// The run's output holds prompts/NAME.safetensors, heads.safetensors, and the model itself where it was trained, too.
/// Errors: usage; those of the readers and of the trainer.
TrainedModel train_prompts(TrainPlan plan, checkpoints::Checkpoint weights, Context& context);

}  // namespace groel::tasks
