// Language modelling as a training objective: masked and causal.
#pragma once

#include <memory>

#include "train/model_trainee.h"

namespace groel::train {

/// Cross entropy over the tokens that are targets; only those go through the language-model head. A new model is
/// make_mlm(initial_checkpoint(config, {seed}), plan). Errors: unsupported when the model has no such head or cannot be
/// trained; bad_model as load_model.
std::unique_ptr<ModelTrainee> make_mlm(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan = {});

/// The same of a causal model: every token is a target for those before it (train/clm_data.h). Dropout of attention's
/// weights is left out.
std::unique_ptr<ModelTrainee> make_clm(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan = {});

}  // namespace groel::train
