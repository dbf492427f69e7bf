// A golden training run: the first step's gradients, then every step, as Transformers' Trainer makes them.
#pragma once

#include "golden/model_case.h"
#include "golden/rows.h"
#include "train/model_trainee.h"

namespace groel::golden {

/// Of the objective that belongs to a head.
std::unique_ptr<train::ModelTrainee> trainee_for(Head head, checkpoints::Checkpoint checkpoint,
                                                 const models::TrainingPlan& plan);

/// Steps `trainee` as inputs.json says and compares gradients, losses, norms, rates and parameters.
void check_run(const Case& golden, train::ModelTrainee& trainee, const std::string& prefix, Rows& rows);

}  // namespace groel::golden
