// Adds up the losses of batches.
#include "train/trainee.h"

namespace groel::train {
namespace {

void add_counts(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
  if (to.size() < from.size()) to.resize(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[i] += from[i];
}

}  // namespace

LossSum& LossSum::operator+=(const LossSum& other) {
  loss += other.loss;
  targets += other.targets;
  correct += other.correct;
  add_counts(class_targets, other.class_targets);
  add_counts(class_correct, other.class_correct);
  const Predictions& more = other.predictions;
  if (more.columns > 0) predictions.columns = more.columns;
  predictions.values.insert(predictions.values.end(), more.values.begin(), more.values.end());
  predictions.truth.insert(predictions.truth.end(), more.truth.begin(), more.truth.end());
  parts.resize(std::max(parts.size(), other.parts.size()));
  for (std::size_t i = 0; i < other.parts.size(); ++i) parts[i] += other.parts[i];
  return *this;
}

std::vector<NamedTensor> named_values(const std::vector<TrainedParameter>& parameters) {
  std::vector<NamedTensor> out;
  for (const TrainedParameter& parameter : parameters) out.push_back({parameter.name, parameter.value});
  return out;
}

}  // namespace groel::train
