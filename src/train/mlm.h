// Masked language modelling as a training objective.
#pragma once

#include <memory>

#include "train/model_trainee.h"

namespace groel::train {

/// Cross entropy over the tokens that are targets; only those go through the language-model head. A new model is
/// make_mlm(initial_checkpoint(config, {seed}), plan). Errors: unsupported when the model has no such head or cannot be
/// trained; bad_model as load_model.
std::unique_ptr<ModelTrainee> make_mlm(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan = {});

}  // namespace groel::train
