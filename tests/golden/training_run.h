// A golden training run: the first step's gradients, then every step, as Transformers' Trainer makes them.
#pragma once

#include "golden/case.h"
#include "golden/rows.h"
#include "train/model_trainee.h"

namespace groel::golden {

/// Steps `trainee` as inputs.json says and compares gradients, losses, norms, rates and parameters.
void check_run(const Case& golden, train::ModelTrainee& trainee, const std::string& prefix, Rows& rows);

}  // namespace groel::golden
