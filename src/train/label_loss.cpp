// Losses of labels, and sums over them.
#include "train/label_loss.h"

#include "autograd/functions.h"
#include "train/model_trainee.h"

namespace groel::train {
namespace {

// How many targets of each class there were, and how many were right.
void count_classes(const Tensor& targets, const Tensor& best, std::int64_t classes, LossSum& sum) {
  sum.class_targets.resize(static_cast<std::size_t>(classes));
  sum.class_correct.resize(static_cast<std::size_t>(classes));
  const auto ids = targets.values<std::int32_t>();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ++sum.class_targets[static_cast<std::size_t>(ids[i])];
    sum.class_correct[static_cast<std::size_t>(ids[i])] += best.data<std::int32_t>()[i] == ids[i];
  }
}

}  // namespace

bool has_targets(const Tensor& targets) {
  if (targets.dtype() != DType::i32) return targets.count() > 0;
  return target_rows(targets).rows.count() > 0;
}

LabelOutputs with_targets(const Tensor& values, const Tensor& targets) {
  if (targets.dtype() != DType::i32) return {values, targets};
  const TargetRows some = target_rows(targets);
  if (some.rows.count() == targets.count()) return {values, targets};
  return {autograd::gather_rows(values, some.rows), some.classes};
}

ops::Loss label_loss(models::Problem problem, const LabelOutputs& out, const ops::LossWeights& weights) {
  switch (problem) {
    case models::Problem::single_label: return ops::cross_entropy(out.values, out.targets, weights);
    case models::Problem::multi_label: return ops::binary_cross_entropy(out.values, out.targets, weights);
    case models::Problem::regression: break;
  }
  return ops::squared_error(out.values, out.targets, weights);
}

Predictions predictions_of(const LabelOutputs& out) {
  const auto values = out.values.values<float>();
  Predictions all{out.values.size(1), {values.begin(), values.end()}, {}};
  const auto take = [&](auto truth) { all.truth.assign(truth.begin(), truth.end()); };
  if (out.targets.dtype() == DType::i32)
    take(out.targets.values<std::int32_t>());
  else
    take(out.targets.values<float>());
  return all;
}

LossSum evaluation_sum(const ops::Loss& loss, const LabelOutputs& out, Predictions predictions) {
  LossSum sum{loss.sum, loss.targets, loss.correct, {}, {}, std::move(predictions)};
  if (out.targets.dtype() == DType::i32) count_classes(out.targets, ops::argmax(out.values), out.values.size(1), sum);
  return sum;
}

}  // namespace groel::train
