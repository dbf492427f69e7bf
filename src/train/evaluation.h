// Held-out data: the loss over all of it, and whether it is the best so far.
#pragma once

#include <nlohmann/json.hpp>

#include "train/data.h"
#include "train/options.h"
#include "train/state.h"

namespace groel::train {

/// Sums over one epoch of `data`, from its beginning. Errors: interrupted.
LossSum evaluate_all(Trainee& trainee, TrainData& data);

struct Scores {
  double loss = 0;
  double perplexity = 0;  ///< exp(loss)
  double accuracy = 0;
  std::int64_t targets = 0;
};
Scores scores_of(const LossSum& sum);
double value_of(const Scores& scores, Metric metric);

/// Enters an evaluation into the state. Returns whether the metric is the best so far.
bool note_best(TrainerState& state, const Scores& scores, const EvaluationOptions& options);

}  // namespace groel::train
