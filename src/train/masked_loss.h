// The loss of masked residues, with a model loaded for inference.
#pragma once

#include "train/trainee.h"

namespace groel::train {

/// Cross entropy of the batch's targets, and how many of each token the model puts first. The output layer runs on the
/// targets alone. Errors: unsupported when the model has no masked language model head.
LossSum masked_loss(const models::Model& model, const TrainBatch& batch);

/// Sums `logits` [n, V] against n targets.
LossSum cross_entropy_sum(const Tensor& logits, std::span<const std::int32_t> targets);

}  // namespace groel::train
