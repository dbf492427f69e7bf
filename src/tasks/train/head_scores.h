// Scores what a predictor with a head of its own says of labelled vectors.
#pragma once

#include "predictors/predictor.h"
#include "tasks/train/head_material.h"
#include "train/trainee.h"

namespace groel::tasks {

/// Losses as in its training.
train::LossSum score_head(const predictors::Predictor& predictor, const LabelledVectors& part);

}  // namespace groel::tasks
