// Prepares data and head for training on labels, and runs it.
#include "tasks/train/labelled.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/words.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/model_folder.h"
#include "checkpoints/tensors.h"
#include "tasks/train/cards.h"
#include "tasks/train/checks.h"
#include "tasks/train/judged_run.h"
#include "tasks/train/label_run.h"
#include "tasks/train/memory.h"
#include "tasks/train/sizing.h"
#include "tasks/workers/train.h"
#include "train/duplicates.h"
#include "train/features.h"
#include "train/label_scores.h"
#include "train/labelled_data.h"
#include "train/objectives.h"
#include "train/run_folder.h"

namespace groel::tasks {
namespace {

using models::Classification;
using models::Problem;

// A new regression starts at the mean of what it learns, not at 0.
void start_at_mean(checkpoints::Checkpoint& weights, const train::LabelledSet& set, models::Pooling pooling) {
  const auto columns = static_cast<std::size_t>(set.columns);
  std::vector<float> means(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    double sum = 0;
    for (std::size_t at = c; at < set.values.size(); at += columns) sum += double{set.values[at]};
    means[c] = static_cast<float>(sum / static_cast<double>(set.corpus.size()));
  }
  weights.arrays[std::string(models::head_prefix(pooling)) + ".out_proj.bias"] =
      checkpoints::array_of(Tensor::of<float>({set.columns}, std::span<const float>(means)));
}

train::PackingOptions packing(const TrainPlan& plan, train::Order order) {
  const train::MlmDataOptions& b = plan.batches;
  // What is evaluated is the same piece each time.
  const bool drawn = order == train::Order::as_written && b.crop == train::CropStyle::random;
  return {b.seed, b.batch_tokens, b.max_residues, drawn ? train::CropStyle::start : b.crop, order};
}

void tell_pooling(const Classification& classes, Sink& sink) {
  if (classes.pooling == models::Pooling::mean)
    sink.note(
        "the head reads the mean over the residues, which Transformers' ESM cannot; --pooling cls makes one for it");
}

// The batches of a run's sets, and the trunk's embeddings of them. They refer to one another: not to be moved.
class LabelledMaterial {
 public:
  LabelledMaterial(const LabelSets& sets, const Classification& classes, const TrainPlan& plan,
                   const bio::Tokenizer& tokenizer)
      : data_(sets.learned, classes, tokenizer, packing(plan, train::Order::shuffled)) {
    if (sets.held_out.corpus.size() > 0)
      held_out_.emplace(sets.held_out, classes, tokenizer, packing(plan, train::Order::as_written));
  }
  LabelledMaterial(const LabelledMaterial&) = delete;
  LabelledMaterial& operator=(const LabelledMaterial&) = delete;

  void tell(const LabelSets& sets, const TrainPlan& plan, Sink& sink) const {
    tell_sets(sets, sink);
    tell_cropped(data_.cropped(), plan.batches.max_residues, sink);
  }

  void run_trunk(const models::Model& model, const TrainPlan& plan, Sink& sink) {
    const std::filesystem::path& folder = plan.trainer.folder;
    features_.emplace(data_, model, train::FeatureOptions{plan.cache_limit, folder, "data"}, sink);
    const std::size_t rest = plan.cache_limit - std::min(plan.cache_limit, features_->bytes());
    if (held_out_)
      held_out_features_.emplace(*held_out_, model, train::FeatureOptions{rest, folder, "held-out data"}, sink);
    sink.note(fmt::format("the trunk's embeddings take {}{}", format_bytes(features_->bytes()),
                          features_->on_disk() ? ", in a file of --output" : ""));
  }

  std::int64_t most_tokens() const { return data_.most_tokens(); }
  train::PackedData& packed() { return data_; }
  train::TrainData& data() { return features_ ? static_cast<train::TrainData&>(*features_) : data_; }
  train::TrainData* held_out() {
    if (held_out_features_) return &*held_out_features_;
    return held_out_ ? &*held_out_ : nullptr;
  }

 private:
  train::LabelledData data_;
  std::optional<train::LabelledData> held_out_;
  std::optional<train::FeatureData> features_, held_out_features_;
};

}  // namespace

void keep_to_positions(TrainPlan& plan, const checkpoints::Checkpoint& weights,
                       const models::TokenizerPointer& tokenizer) {
  const auto limit = weights.family->build(weights.config, tokenizer)->info().max_residues;
  if (limit) plan.batches.max_residues = std::min(plan.batches.max_residues, *limit);
}

void write_merged(const std::filesystem::path& folder) {
  const checkpoints::Checkpoint merged = checkpoints::read_checkpoint(folder);
  const checkpoints::LoadedModel loaded = checkpoints::load_unprepared(merged);
  const auto model = checkpoints::saved_copy(merged, loaded.model->tokenizer().files(), DType::f32);
  checkpoints::write_model_folder(
      folder / "merged", [&](const std::filesystem::path& temporary) { checkpoints::write_model(temporary, model); });
}

TrainedModel train_head(TrainPlan plan, checkpoints::Checkpoint weights, Context& context) {
  Findings findings(context.sink);
  const models::TokenizerPointer tokenizer = checkpoints::tokenizer_of(weights);
  keep_to_positions(plan, weights, tokenizer);
  LabelRun run = read_label_run(plan, train::head_of(weights), *tokenizer, findings);
  const Classification& classes = run.classes;
  const LabelSets& sets = run.sets;
  fit_batches(plan, sets.learned.corpus, train::all_of(sets.learned.corpus), *tokenizer);
  LabelledMaterial material(sets, classes, plan, *tokenizer);
  material.tell(sets, plan, context.sink);
  fit_epochs(plan, material.data(), context.sink);
  check_length(plan, train::planned_steps(material.data(), plan.trainer), findings);
  plan.trainer.data_fingerprint = label_fingerprint(run, plan);
  plan.trainer.held_out_fingerprint = held_out_fingerprint(run);
  if (train::add_head(weights, classes, plan.batches.seed) && classes.problem == Problem::regression)
    start_at_mean(weights, sets.learned, classes.pooling);
  tell_pooling(classes, context.sink);
  const models::TrainingPlan training = training_plan(plan, weights);
  const RankedStart start(plan, weights);
  const auto trainee = train::make_classifier(std::move(weights), training);
  const std::size_t step_bytes = plan_memory(*trainee, plan, material.most_tokens(), context.sink);
  const RunCost cost = model_cost(*trainee, material.packed(), plan, step_bytes);
  cost.tell(context.sink);
  if (plan.cost_alone) return {{}, findings, cost};
  if (trainee->frozen() && plan.batches.crop != train::CropStyle::random) {
    train::prepare_run_folder(plan.trainer.folder, plan.start);
    material.run_trunk(trainee->model(), plan, context.sink);
  }
  const auto score = [&](const train::LossSum& sum) { return train::label_scores(sum, classes); };
  const auto ranked = start.begin(*trainee);
  train::TrainerParts parts{*trainee, material.data(), material.held_out(), context.sink, score};
  parts.ranks = ranked.get();
  TrainedModel out{train::train(parts, plan.trainer, plan.start), findings, cost};
  train::write_learned(plan.trainer.folder, run.learned);
  const Guess guess = simplest_guess(sets.learned, sets.held_out, classes);
  check_result(out.result, plan, &guess, out.findings);
  write_cards(plan, transformers_card(run, plan), out.result);
  out.judged = judge_run({plan, run.rows, out.findings});
  return out;
}

std::string class_table(const nlohmann::ordered_json& classes) {
  std::string out;
  for (const auto& row : classes) {
    if (out.empty()) {
      for (const auto& [name, value] : row.items()) out += fmt::format("{:>12}  ", name);
      out += '\n';
    }
    for (const auto& [name, value] : row.items())
      out += fmt::format("{:>12}  ", value.is_number_float() ? fmt::format("{:.4f}", value.get<double>())
                                     : value.is_string()     ? value.get<std::string>()
                                     : value.is_null()       ? "-"
                                                             : value.dump());
    out += '\n';
  }
  return out;
}

}  // namespace groel::tasks
