// From weights to a model in training.
#pragma once

#include <memory>

#include "bio/tokenizer.h"
#include "engine/checkpoint.h"
#include "ops/linear.h"
#include "train/trainee.h"

namespace groel::tasks {

/// A model with the objective of masked language modelling. Errors: as engine::load_model; unsupported when the model
/// cannot be trained.
std::unique_ptr<train::Trainee> mlm_trainee(engine::Checkpoint weights, ops::Precision precision);

}  // namespace groel::tasks
