// Trains prompts, and what is trained beside them, on the weighted losses of several tasks.
#include "train/prompt_trainee.h"

#include <cmath>

#include "autograd/functions.h"
#include "autograd/graph.h"
#include "base/error.h"
#include "base/random.h"
#include "checkpoints/tensors.h"
#include "nn/training.h"

namespace groel::train {
namespace {

// The part of a step that is a task's, with the task's prompts.
TrainBatch with_prompts(const TrainBatch& part, const PromptTask& task) {
  TrainBatch out = part;
  out.input.prompts = task.prompts;
  return out;
}

// What is said of each pair of rows, [2 * B, D] -> [B, 4 * D].
Tensor joined(const Tensor& means) {
  const std::int64_t pairs = means.size(0) / 2;
  std::vector<std::int32_t> first, second;
  for (std::int32_t b = 0; b < pairs; ++b) {
    first.push_back(2 * b);
    second.push_back(2 * b + 1);
  }
  const auto rows = [&](const std::vector<std::int32_t>& of) {
    return Tensor::of<std::int32_t>({pairs}, std::span<const std::int32_t>(of));
  };
  return autograd::join_pairs(means, {rows(first), rows(second), ops::PairForm::ordered});
}

// As PyTorch draws a linear layer.
Tensor draw(const nn::Parameter& parameter, Device device, std::int64_t inputs, std::uint64_t key) {
  const double bound = 1 / std::sqrt(static_cast<double>(inputs));
  return Tensor::computed(parameter.shape, device, [&](std::span<float> to) {
    for (std::size_t i = 0; i < to.size(); ++i)
      to[i] = static_cast<float>(bound * (2 * unit_double(philox(key, i)[0]) - 1));
  });
}

}  // namespace

PromptTrainee::PromptTrainee(checkpoints::Checkpoint checkpoint, std::vector<PromptTask> tasks,
                             const models::TrainingPlan& plan, std::uint64_t seed)
    : ModelTrainee(std::move(checkpoint), plan), tasks_(std::move(tasks)), plan_(plan) {
  const auto* const taker = dynamic_cast<const models::PromptTaker*>(&model());
  for (const PromptTask& task : tasks_) {
    if (task.kind == PromptTaskKind::masked) models::require<models::MaskedLm>(model());
    if (task.prompts.empty()) continue;
    if (taker == nullptr || taker->prompts() == nullptr)
      throw Error(ErrorKind::usage,
                  {fmt::format("task '{}' names prompts, and the model has none", task.name), "`prompts`", {}});
    (void)taker->prompts()->chosen(task.prompts);
  }
  make_heads(Device::cpu, seed);
}

PromptTrainee::PromptTrainee(const WithoutData& trainee, const PromptTrainee& of)
    : ModelTrainee(trainee), tasks_(of.tasks_), plan_(of.plan_) {
  make_heads(Device::shape, 0);
}

std::unique_ptr<ModelTrainee> PromptTrainee::without_data() const {
  return std::unique_ptr<ModelTrainee>(new PromptTrainee(WithoutData{*this}, *this));
}

void PromptTrainee::make_heads(Device device, std::uint64_t seed) {
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    Head& head = heads_.emplace_back();
    if (tasks_[i].kind != PromptTaskKind::pairs) continue;
    const std::int64_t inputs = 4 * model().info().width;
    head.linear =
        std::make_unique<nn::Linear>(inputs, tasks_[i].outputs, nn::LinearForm{.exactness = nn::Exactness::head});
    nn::Members(head.tree).in_head().part(kTaskHeads + tasks_[i].name, *head.linear);
    for (std::size_t p = 0; p < head.tree.parameters.size(); ++p) {
      nn::Parameter& parameter = head.tree.parameters[p];
      *parameter.slot = draw(parameter, device, inputs, derive_key(derive_key(seed, i), p));
    }
    nn::make_gradients(head.tree, [&](const nn::Parameter& p) { return !plan_.trained || plan_.trained(p); });
    head.linear->ready({.training = true, .device = device});
  }
}

std::vector<TrainedParameter> PromptTrainee::parameters() {
  std::vector<TrainedParameter> out = ModelTrainee::parameters();
  for (const Head& head : heads_)
    for (const nn::Parameter& p : head.tree.parameters)
      if (p.gradient->defined()) out.push_back({p.name, *p.slot, *p.gradient, p.role, p.place});
  return out;
}

LossSum PromptTrainee::accumulate(const TrainBatch& batch, double weight) {
  if (batch.parts.empty()) return ModelTrainee::accumulate(batch, weight);
  LossSum sum;
  for (const TrainBatch& part : batch.parts) {
    if (part.target_count == 0) continue;
    const PromptTask& task = tasks_.at(part.task);
    const LossSum one = ModelTrainee::accumulate(with_prompts(part, task),
                                                 weight * task.weight / static_cast<double>(part.target_count));
    sum.loss += task.weight * one.mean();
  }
  sum.targets = 1;
  return sum;
}

LossSum PromptTrainee::evaluate(const TrainBatch& batch) {
  if (batch.parts.empty()) return ModelTrainee::evaluate(batch);
  LossSum sum;
  sum.parts.resize(tasks_.size());
  for (const TrainBatch& part : batch.parts) {
    if (part.target_count == 0) continue;
    const PromptTask& task = tasks_.at(part.task);
    evaluated_ = task.kind;
    const LossSum one = ModelTrainee::evaluate(with_prompts(part, task));
    sum.loss += task.weight * one.mean();
    sum.parts[part.task] += one;
  }
  sum.targets = 1;
  return sum;
}

void PromptTrainee::parameters_changed() {
  ModelTrainee::parameters_changed();
  for (const Head& head : heads_)
    if (head.linear != nullptr) head.linear->repack();
}

void PromptTrainee::set_head(std::size_t task, const Tensor& weight, const Tensor& bias) {
  Head& head = heads_.at(task);
  GROEL_REQUIRE(head.linear != nullptr && head.tree.parameters.size() == 2);
  Tensor *const to_weight = head.tree.parameters[0].slot, *const to_bias = head.tree.parameters[1].slot;
  if (to_weight->defined() && to_weight->shape() == weight.shape() && head.tree.parameters[0].gradient->defined()) {
    to_weight->copy_from(weight);
    to_bias->copy_from(bias);
    head.linear->repack();
  } else {
    *to_weight = weight;
    *to_bias = bias;
    head.linear->ready({.training = true});
  }
}

Tensor PromptTrainee::pair_features(const TrainBatch& batch) const {
  const TrainBatch seen = with_prompts(batch, tasks_.at(batch.task));
  const Tensor hidden = models::require<models::Encoder>(model()).encode(seen.input, {});
  return joined(autograd::segment_mean(hidden, seen.input.residues));
}

Tensor PromptTrainee::pair_scores(const TrainBatch& batch) const {
  return (*heads_.at(batch.task).linear)(pair_features(batch));
}

Tensor PromptTrainee::example_targets(const models::Batch& input) const {
  std::vector<std::int32_t> targets;
  if (tasks_.front().kind == PromptTaskKind::masked)
    for (std::int64_t t = 0; t < input.token_count(); ++t) targets.push_back(t % 20 < 3 ? 0 : kNoTarget);
  else
    targets.assign(static_cast<std::size_t>(input.sequences() / 2), 0);
  return Tensor::of<std::int32_t>({static_cast<std::int64_t>(targets.size())}, std::span<const std::int32_t>(targets));
}

PromptTrainee::Outputs PromptTrainee::outputs(const TrainBatch& batch, const Tensor& hidden) const {
  if (tasks_.at(batch.task).kind == PromptTaskKind::masked) {
    const TargetRows targets = target_rows(batch.targets);
    return {models::require_language_model(model()).logits(autograd::gather_rows(hidden, targets.rows)),
            targets.classes};
  }
  const Tensor features = joined(autograd::segment_mean(hidden, batch.input.residues));
  return {(*heads_.at(batch.task).linear)(features), batch.targets};
}

ops::Loss PromptTrainee::loss(const Outputs& out, double weight) const {
  return out.targets.dtype() == DType::i32 ? ops::cross_entropy(out.values, out.targets, weight)
                                           : ops::binary_cross_entropy(out.values, out.targets, weight);
}

Predictions PromptTrainee::predictions(const Outputs& out) const {
  return evaluated_ == PromptTaskKind::pairs ? predictions_of(out) : Predictions{};
}

void PromptTrainee::save(const std::filesystem::path& folder) const {
  ModelTrainee::save(folder);
  std::vector<NamedTensor> tensors;
  for (const Head& head : heads_)
    for (const nn::Parameter& p : head.tree.parameters) tensors.push_back({p.name, *p.slot});
  if (!tensors.empty()) checkpoints::write_tensors(folder / "heads.safetensors", tensors);
}

}  // namespace groel::train
