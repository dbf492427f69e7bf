// Evaluating.
#include "train/evaluation.h"

#include <array>
#include <cmath>

#include "base/interrupt.h"

namespace groel::train {
namespace {

constexpr std::array<std::pair<Metric, std::string_view>, 3> kMetrics{
    {{Metric::loss, "loss"}, {Metric::perplexity, "perplexity"}, {Metric::accuracy, "accuracy"}}};

}  // namespace

std::string_view name(Metric metric) noexcept { return kMetrics[static_cast<std::size_t>(metric)].second; }

Metric parse_metric(const std::string& text) {
  for (const auto& [metric, word] : kMetrics)
    if (word == text) return metric;
  throw Error(ErrorKind::usage,
              {fmt::format("there is no metric '{}'", text), "--metric", "loss, perplexity or accuracy"});
}

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
  return {loss, std::exp(loss), accuracy, sum.targets};
}

double value_of(const Scores& scores, Metric metric) {
  if (metric == Metric::accuracy) return scores.accuracy;
  return metric == Metric::perplexity ? scores.perplexity : scores.loss;
}

bool note_best(TrainerState& state, const Scores& scores, const EvaluationOptions& options) {
  const double value = value_of(scores, options.metric);
  const double sign = options.metric == Metric::accuracy ? 1 : -1;
  const double gain = state.best ? sign * (value - *state.best) : INFINITY;
  state.evaluations_without_gain = gain > options.smallest_gain ? 0 : state.evaluations_without_gain + 1;
  if (!(gain > 0)) return false;
  state.best = value;
  state.best_step = state.step;
  return true;
}

}  // namespace groel::train
