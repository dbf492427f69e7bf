// Fine-tunes the model under a predictor of pairs on the pairs of a split.
#pragma once

#include <filesystem>

#include "interactions/split.h"
#include "tasks/pairs/material.h"
#include "tasks/train/options.h"

namespace groel::tasks {

/// Whether --train or --lora-r ask for it: else the model is left as it is. Errors: usage, for what pairs cannot be
/// trained with.
bool tunes_model(const TrainOptions& options);

/// Trains the model with a linear head on the two proteins' vectors, of which the state that is best on the validation
/// pairs is kept in `folder`: a model or an adapter, as -m takes them. Errors: as train::train.
void tune_model(const TrainOptions& options, const PairsOfRun& pairs, const interactions::PairSplit& split,
                const std::filesystem::path& folder, std::uint64_t seed, Sink& sink);

}  // namespace groel::tasks
