// Evaluation on held-out data: the loss over all of it, and whether it is the best so far.
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
  std::vector<std::pair<std::string, double>> named;                 ///< all that is logged, the loss first; may be NaN
  nlohmann::ordered_json classes = nlohmann::ordered_json::array();  ///< one row per class, for people; may be empty
};
/// Of masked language modelling.
Scores scores_of(const LossSum& sum);
/// Errors: usage, naming what there is, when no score has that name.
double value_of(const Scores& scores, const std::string& metric);
bool lower_is_better(const std::string& metric);

/// Enters an evaluation into the state. Returns whether the metric is the best so far.
bool note_best(TrainerState& state, const Scores& scores, const EvaluationOptions& options);

}  // namespace groel::train
