// Evaluates a model on held-out data during training.
#include "train/evaluation.h"

#include <cmath>

#include "base/interrupt.h"
#include "base/words.h"

namespace groel::train {
LossSum evaluate_all(Trainee& trainee, TrainData& data) {
  LossSum sum;
  data.seek({});
  while (const auto batch = data.next()) {
    check_interrupted();
    if (batch->target_count > 0) sum += trainee.evaluate(*batch);
  }
  return sum;
}

Scores scores_of(const LossSum& sum) {
  const double loss = sum.mean();
  const double accuracy = sum.targets > 0 ? static_cast<double>(sum.correct) / static_cast<double>(sum.targets) : 0;
  const double perplexity = std::exp(loss);
  return {loss, perplexity, accuracy, sum.targets, {{"loss", loss}, {"perplexity", perplexity}, {"accuracy", accuracy}},
          {}};
}

double value_of(const Scores& scores, const std::string& metric) {
  for (const auto& [name, value] : scores.named)
    if (name == metric) return value;
  const std::string names = listed_as(scores.named, [](const auto& score) { return score.first; });
  throw Error(ErrorKind::usage, {fmt::format("'{}' is not a score of this objective", metric), "`metric`", names});
}

bool lower_is_better(const std::string& metric) {
  return metric == "loss" || metric == "perplexity" || metric == "rmse" || metric == "mae";
}

bool note_best(TrainerState& state, const Scores& scores, const EvaluationOptions& options) {
  const double value = value_of(scores, options.metric);
  const double sign = lower_is_better(options.metric) ? -1 : 1;
  const double first = std::isnan(value) ? 0 : INFINITY;  // what cannot be said is no gain
  const double gain = state.best ? sign * (value - *state.best) : first;
  state.evaluations_without_gain = gain > options.smallest_gain ? 0 : state.evaluations_without_gain + 1;
  if (!(gain > 0)) return false;
  state.best = value;
  state.best_step = state.step;
  return true;
}

}  // namespace groel::train
