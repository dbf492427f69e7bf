// Runs forward pass, loss and backward pass of a model in training.
#include "train/model_trainee.h"

#include <algorithm>

#include "autograd/tape.h"
#include "base/error.h"
#include "checkpoints/adapter.h"
#include "checkpoints/prompts.h"
#include "models/classifier.h"
#include "train/objectives.h"

namespace groel::train {
namespace {

// PEFT's word for what an adapter is for.
std::string task_type(const models::Model& model) {
  const auto classes = head_of(model);
  if (!classes) return "";
  return classes->label_of == models::LabelOf::token ? "TOKEN_CLS" : "SEQ_CLS";
}

// Of the checkpoint without its prompts; empty where it has none.
std::string trunk_of(checkpoints::Checkpoint checkpoint) {
  if (checkpoint.prompts.empty()) return {};
  checkpoint.prompts = {};
  std::erase_if(checkpoint.arrays, [](const auto& entry) { return checkpoints::is_of_prompts(entry.first); });
  return checkpoints::fingerprint(checkpoint);
}

// A name without PEFT's prefix.
bool is_prompt(std::string_view name) {
  constexpr std::string_view kPrefix = "base_model.model.";
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  return checkpoints::is_of_prompts(std::string(name));
}

}  // namespace

std::int64_t TrainBatch::size() const {
  if (parts.empty()) return input.tokens.defined() ? input.token_count() : features.size(0);
  std::int64_t sum = 0;
  for (const TrainBatch& part : parts) sum += part.size();
  return sum;
}

TargetRows target_rows(const Tensor& targets) {
  std::vector<std::int32_t> rows;
  std::vector<std::int32_t> classes;
  const auto ids = targets.values<std::int32_t>();
  for (std::size_t t = 0; t < ids.size(); ++t) {
    if (ids[t] == kNoTarget) continue;
    rows.push_back(static_cast<std::int32_t>(t));
    classes.push_back(ids[t]);
  }
  const auto tensor = [](const std::vector<std::int32_t>& values) {
    return Tensor::of<std::int32_t>({static_cast<std::int64_t>(values.size())}, std::span(values));
  };
  return {tensor(rows), tensor(classes)};
}

ModelTrainee::ModelTrainee(checkpoints::Checkpoint checkpoint, const models::TrainingPlan& plan)
    : trunk_(trunk_of(checkpoint)),
      loaded_(checkpoints::load_unprepared(std::move(checkpoint))),
      encoder_(dynamic_cast<const models::Encoder&>(*loaded_.model)),
      plan_(plan),
      lora_(plan.lora),
      base_(plan.lora ? std::filesystem::absolute(loaded_.path).string() : std::string()) {
  loaded_.model->prepare_training(plan);
  const auto trained = loaded_.model->trained();
  frozen_ = std::all_of(trained.begin(), trained.end(), [](const nn::Trained& p) { return p.place.head; });
}

ModelTrainee::ModelTrainee(const WithoutData& trainee)
    : loaded_{.model = trainee.of.model().without_data()},
      encoder_(dynamic_cast<const models::Encoder&>(*loaded_.model)),
      plan_(trainee.of.plan_),
      frozen_(trainee.of.frozen_) {
  loaded_.model->prepare_training(plan_);
}

// The first pass makes tables that the model keeps; they are counted at the second too, and what they replaced is not.
std::size_t ModelTrainee::step_bytes(std::span<const std::int64_t> tokens) const {
  if (twin_ == nullptr) {
    twin_ = without_data();
    pool_ = std::make_shared<ShapePool>();
  }
  std::vector<std::vector<std::int32_t>> sequences;
  for (const std::int64_t count : tokens) sequences.push_back(model().tokenizer().example(count));
  TrainBatch batch{
      .input = models::Batch::pack(sequences, model().tokenizer()), .targets = {}, .sequences = {}, .features = {}};
  batch.targets = example_targets(batch.input);
  const ShapeRun counting(*pool_);
  for (int pass = 0; pass < 2; ++pass) {
    pool_->restart();
    twin_->accumulate(batch, 1);
  }
  return pool_->held();
}

std::vector<TrainedParameter> ModelTrainee::parameters() {
  std::vector<TrainedParameter> out;
  for (nn::Trained& p : loaded_.model->trained())
    out.push_back({std::move(p.name), p.value, p.gradient, p.role, p.place, p.transposed});
  return out;
}

Tensor ModelTrainee::hidden(const TrainBatch& batch) const {
  return batch.features.defined() ? batch.features : encoder_.encode(batch.input, {});
}

LossSum ModelTrainee::accumulate(const TrainBatch& batch, double weight) {
  if (!has_targets(batch.targets)) return {};
  const Tensor known = frozen_ ? hidden(batch) : Tensor();  // as at inference: outside of the recording
  autograd::Tape tape;
  LossSum sum;
  {
    const autograd::Recording recording(&tape, batch.key);
    const Outputs out = outputs(batch, frozen_ ? known : encoder_.encode(batch.input, {}));
    const ops::Loss loss = this->loss(out, weight);
    sum.loss = loss.sum;
    sum.targets = loss.targets;
    sum.correct = loss.correct;
    if (tape.tracks(out.values)) tape.add(out.values, loss.gradient);
  }
  tape.backward();
  return sum;
}

LossSum ModelTrainee::evaluate(const TrainBatch& batch) {
  if (!has_targets(batch.targets)) return {};
  const Outputs out = outputs(batch, hidden(batch));
  return evaluation_sum(loss(out, 1), out, predictions(out));
}

std::size_t ModelTrainee::state_bytes(std::int64_t moments) {
  // Packed for one direction or both
  std::size_t bytes = loaded_.model->weight_bytes() * (frozen_ ? 1 : 2);
  for (const auto& [name, value] : loaded_.model->tensors()) bytes += value.bytes();
  for (const TrainedParameter& p : parameters())
    bytes += static_cast<std::size_t>(p.value.count() * (1 + moments)) * sizeof(float);
  return bytes;
}

void ModelTrainee::parameters_changed() { loaded_.model->parameters_changed(); }

checkpoints::SavedModel ModelTrainee::saved_model() const {
  checkpoints::SavedModel out{loaded_.config, {}, loaded_.model->tokenizer().files()};
  out.config["torch_dtype"] = "float32";
  const auto* const taker = dynamic_cast<const models::PromptTaker*>(loaded_.model.get());
  if (taker != nullptr && taker->prompts() != nullptr)
    for (const nn::PromptSpec& prompt : taker->prompts()->shape().prompts)
      out.config[checkpoints::kTrainedWith].push_back(prompt.name);
  for (auto& [name, value] : loaded_.model->tensors())
    if (!is_prompt(name)) out.tensors.push_back({name, value.to(DType::f32)});
  return out;
}

void ModelTrainee::save(const std::filesystem::path& folder) const {
  const auto trained = loaded_.model->trained();
  const bool other =
      std::any_of(trained.begin(), trained.end(), [](const nn::Trained& p) { return !is_prompt(p.name); });
  if (other || trunk_.empty()) save_model(folder);
  if (trunk_.empty()) return;
  std::vector<NamedTensor> tensors;
  for (const auto& [name, value] : loaded_.model->tensors())
    if (is_prompt(name)) tensors.push_back({name, value.to(DType::f32)});
  const nn::PromptShape& shape = dynamic_cast<const models::PromptTaker&>(*loaded_.model).prompts()->shape();
  checkpoints::write_prompts(folder / checkpoints::kPromptFolder, shape, tensors,
                             other ? checkpoints::fingerprint(checkpoints::read_checkpoint(folder)) : trunk_);
}

void ModelTrainee::save_model(const std::filesystem::path& folder) const {
  if (!lora_) {
    checkpoints::write_model(folder, saved_model());
    return;
  }
  checkpoints::write_description(folder, saved_model());
  std::vector<NamedTensor> parameters;
  for (const nn::Trained& p : loaded_.model->trained())
    if (!is_prompt(p.name)) parameters.push_back({p.name, p.value});
  checkpoints::write_adapter(folder, parameters, *lora_,
                             {task_type(*loaded_.model), base_, loaded_.model->stores_transposed()});
}

}  // namespace groel::train
