// What losses and scores are made of, for objectives on labels: the same for models and for heads alone.
#pragma once

#include "models/classifier.h"
#include "ops/losses.h"
#include "train/trainee.h"

namespace groel::train {

/// Outputs and what is true, without targets that are ignored.
struct LabelOutputs {
  Tensor values;   ///< [N, C]
  Tensor targets;  ///< [N] i32 or [N, C] f32
};

/// Whether there is any target in them.
bool has_targets(const Tensor& targets);
/// Leaves out the rows whose class is kNoTarget.
LabelOutputs with_targets(const Tensor& values, const Tensor& targets);

/// Hugging Face's losses: cross entropy of classes, binary cross entropy of several labels at once, squared error of
/// numbers.
ops::Loss label_loss(models::Problem problem, const LabelOutputs& outputs, const ops::LossWeights& weights);
Predictions predictions_of(const LabelOutputs& outputs);
/// An evaluation's sums: with those of every class, where `targets` are classes.
LossSum evaluation_sum(const ops::Loss& loss, const LabelOutputs& outputs, Predictions predictions);

}  // namespace groel::train
