// Trains heads on vectors.
#include "train/head_trainee.h"

#include <cmath>

#include "autograd/sequences.h"
#include "base/error.h"
#include "checkpoints/head_file.h"
#include "nn/training.h"
#include "train/label_loss.h"

namespace groel::train {
namespace {

// As the head reads it.
nn::HeadInput input_of(const nn::PredictionHead& head, const TrainBatch& batch) {
  GROEL_REQUIRE(batch.features.defined() && (!head.reads_residues() || batch.bounds.defined()));
  if (head.reads_residues() || !batch.bounds.defined()) return {batch.features, batch.bounds};
  return {ops::segment_mean(batch.features, autograd::segments_of(batch.bounds)), {}};
}

struct Scale {
  Tensor mean, deviation;
};

Scale scale_of(const Tensor& numbers) {
  GROEL_REQUIRE(numbers.defined() && numbers.rank() == 2 && numbers.size(0) > 0);
  const ops::BatchStatistics statistics = ops::batch_statistics(numbers);
  Tensor deviation = Tensor::empty({numbers.size(1)});
  for (std::int64_t c = 0; c < deviation.count(); ++c) {
    const double value = std::sqrt(double{statistics.variance.data<float>()[c]});
    deviation.mutable_data<float>()[c] = value > 0 && std::isfinite(value) ? static_cast<float>(value) : 1.0F;
  }
  return {statistics.mean, deviation};
}

// Squares of differences become shares of the variance.
Tensor weights_of(const nn::Tree& tree, const HeadObjective& objective) {
  if (objective.problem != models::Problem::regression) return objective.weights;
  for (const nn::Parameter& parameter : tree.parameters) {
    if (parameter.name != "scale.deviation") continue;
    return Tensor::computed(parameter.shape, Device::cpu, [&](std::span<float> to) {
      const auto deviation = parameter.slot->values<float>();
      for (std::size_t i = 0; i < to.size(); ++i) to[i] = 1 / (deviation[i] * deviation[i]);
    });
  }
  return objective.weights;
}

}  // namespace

HeadTrainee::HeadTrainee(std::unique_ptr<nn::PredictionHead> head, const HeadObjective& objective)
    : head_(std::move(head)),
      problem_(objective.problem),
      weights_(weights_of(nn::tree_of(*head_), objective)),
      tree_(nn::tree_of(*head_)) {
  nn::make_gradients(tree_, [](const nn::Parameter&) { return true; });
  nn::ready_for_training(*head_);
  for (const nn::Parameter& p : tree_.parameters)
    parameters_.push_back({p.name, *p.slot, p.gradient == nullptr ? Tensor() : *p.gradient, p.role, p.place});
}

Tensor HeadTrainee::outputs(const TrainBatch& batch) const { return (*head_)(input_of(*head_, batch)); }

LossSum HeadTrainee::accumulate(const TrainBatch& batch, double weight) {
  if (!has_targets(batch.targets)) return {};
  const nn::HeadInput input = input_of(*head_, batch);  // outside of the recording
  autograd::Tape tape;
  LossSum sum;
  {
    const autograd::Recording recording(&tape, batch.key);
    const LabelOutputs out = with_targets((*head_)(input), batch.targets);
    const ops::Loss loss = label_loss(problem_, out, {weight, weights_});
    sum.loss = loss.sum;
    sum.targets = loss.targets;
    sum.correct = loss.correct;
    tape.add(out.values, loss.gradient);
  }
  tape.backward();
  return sum;
}

LossSum HeadTrainee::evaluate(const TrainBatch& batch) {
  if (!has_targets(batch.targets)) return {};
  const LabelOutputs out = with_targets(outputs(batch), batch.targets);
  return evaluation_sum(label_loss(problem_, out, {1, weights_}), out, predictions_of(out));
}

void HeadTrainee::parameters_changed() { nn::repack(tree_); }

checkpoints::SavedModel HeadTrainee::saved_model() const {
  return {{{"head", checkpoints::to_json(head_->shape())}}, named_values(parameters_), {}};
}

void HeadTrainee::save(const std::filesystem::path& folder) const {
  checkpoints::write_head(folder, head_->shape(), named_values(parameters_));
}

std::unique_ptr<HeadTrainee> make_head_trainee(const NewHead& options) {
  nn::HeadShape shape = options.shape;
  const bool numbers = options.objective.problem == models::Problem::regression;
  shape.output_scale = numbers ? nn::OutputScale::yes : nn::OutputScale::no;
  auto head = nn::make_head(shape);
  nn::draw(*head, options.seed);
  if (numbers) {
    const Scale scale = scale_of(options.numbers);
    nn::set_output_scale(*head, scale.mean, scale.deviation);
  }
  return std::make_unique<HeadTrainee>(std::move(head), options.objective);
}

}  // namespace groel::train
