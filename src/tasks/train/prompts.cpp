// Prepares the data of every task, and runs the training of prompts.
#include "tasks/train/prompts.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/sha256.h"
#include "base/words.h"
#include "checkpoints/prompts.h"
#include "interactions/read_pairs.h"
#include "interactions/sequences.h"
#include "tasks/train/checks.h"
#include "tasks/train/cost.h"
#include "tasks/train/memory.h"
#include "tasks/train/sizing.h"
#include "train/duplicates.h"
#include "train/mlm_data.h"
#include "train/pair_data.h"
#include "train/prompt_scores.h"
#include "train/prompt_trainee.h"
#include "train/task_mix.h"

namespace groel::tasks {
namespace {

using train::PromptTaskKind;

train::PackingOptions packing(const TrainPlan& plan, bool held_out) {
  train::PackingOptions out = plan.batches.packing();
  if (held_out) {
    out.order = train::Order::as_written;
    out.crop = train::CropStyle::centre;
  }
  return out;
}

// Places of what is held out, as text.
std::string places_text(const std::vector<std::int64_t>& places) {
  std::string out;
  for (const std::int64_t place : places) out += fmt::format("{} ", place);
  return out;
}

// The data of one task. Its parts refer to one another: not to be moved.
class TaskMaterial {
 public:
  virtual ~TaskMaterial() = default;
  virtual train::TrainData& data() = 0;
  virtual train::TrainData* held_out() = 0;
  virtual std::int64_t sequences() const = 0;
  virtual std::int64_t epoch_tokens() const = 0;
  virtual std::int64_t most_tokens() const = 0;
  virtual std::string fingerprint() const = 0;
  /// Of what is held out; empty: nothing is.
  virtual std::string held_out_fingerprint() const = 0;
  /// Of a task on pairs: what its head tells apart.
  models::Classification classes{};
};

class MaskedMaterial final : public TaskMaterial {
 public:
  MaskedMaterial(const TrainPlan& plan, const PromptTaskPlan& task, const bio::Tokenizer& tokenizer, Sink& sink)
      : corpus_(train::Corpus::read(task.data, tokenizer, plan.filter, sink)) {
    const train::Split split =
        train::split_corpus(corpus_, task.valid.empty() ? task.valid_fraction : 0, plan.batches.seed);
    data_ = std::make_unique<train::MlmData>(corpus_, split.train, tokenizer, plan.batches);
    if (!task.valid.empty()) valid_ = train::Corpus::read(task.valid, tokenizer, plan.filter, sink);
    const auto held_out = task.valid.empty() ? split.held_out : train::all_of(valid_);
    held_out_text_ = task.valid.empty() ? places_text(held_out) : valid_.fingerprint();
    if (!held_out.empty()) {
      train::MlmDataOptions options = plan.batches;
      options.crop = train::CropStyle::centre;
      options.order = train::Order::as_written;
      options.masking = {
          .style = train::MaskingStyle::hidden, .fraction = plan.batches.masking.fraction, .seed = plan.batches.seed};
      held_out_ = std::make_unique<train::MlmData>(task.valid.empty() ? corpus_ : valid_, held_out, tokenizer, options);
    }
    sink.note(fmt::format("task {}: {} to learn from, {} held out", task.task.name,
                          counted(split.train.size(), "sequence"), counted(held_out.size(), "sequence")));
  }
  train::TrainData& data() override { return *data_; }
  train::TrainData* held_out() override { return held_out_.get(); }
  std::int64_t sequences() const override { return data_->sequences(); }
  std::int64_t epoch_tokens() const override { return data_->tokens_in_epoch(); }
  std::int64_t most_tokens() const override { return data_->most_tokens(); }
  std::string fingerprint() const override { return corpus_.fingerprint(); }
  std::string held_out_fingerprint() const override { return held_out_text_; }

 private:
  std::string held_out_text_;
  train::Corpus corpus_, valid_;
  std::unique_ptr<train::MlmData> data_, held_out_;
};

class PairMaterial final : public TaskMaterial {
 public:
  PairMaterial(const TrainPlan& plan, const PromptTaskPlan& task, const bio::Tokenizer& tokenizer, Sink& sink)
      : sequences_(task.sequences) {
    for (const std::string& note : sequences_.notes()) sink.note(note);
    const auto add = [&](const std::vector<std::string>& paths) {
      interactions::ReadPairs read =
          interactions::read_pairs(paths, {.columns = {task.id_columns, task.label_columns},
                                           .known = [this](std::string_view id) { return sequences_.has(id); }});
      for (const std::string& sentence : read.counts.sentences())
        sink.note(fmt::format("task {}: {}", task.task.name, sentence));
      take(read.table, tokenizer, task);
      return static_cast<std::int64_t>(read.table.pairs.size());
    };
    const std::int64_t first = add(task.data);
    std::vector<std::int64_t> learned, held_out;
    if (!task.valid.empty()) {
      const std::int64_t more = add(task.valid);
      for (std::int64_t i = 0; i < first; ++i) learned.push_back(i);
      for (std::int64_t i = 0; i < more; ++i) held_out.push_back(first + i);
    } else {
      const auto order = train::shuffled(first, plan.batches.seed);
      const auto out = static_cast<std::int64_t>(std::ceil(task.valid_fraction * static_cast<double>(first)));
      held_out.assign(order.begin(), order.begin() + out);
      learned.assign(order.begin() + out, order.end());
      std::sort(held_out.begin(), held_out.end());
      std::sort(learned.begin(), learned.end());
    }
    held_out_text_ = places_text(held_out);  // the pairs themselves are in the other fingerprint
    data_ = std::make_unique<train::PairData>(corpus_, pairs_, learned, tokenizer, packing(plan, false));
    if (!held_out.empty())
      held_out_ = std::make_unique<train::PairData>(corpus_, pairs_, held_out, tokenizer, packing(plan, true));
    sink.note(fmt::format("task {}: {} of {} to learn from, {} held out", task.task.name,
                          counted(learned.size(), "pair"), counted(corpus_.size(), "protein"),
                          counted(held_out.size(), "pair")));
    if (data_->cropped() > 0)
      sink.note(fmt::format("task {}: {} longer than a crop", task.task.name,
                            counted(data_->cropped(), "end of a pair is", "ends of pairs are")));
  }
  train::TrainData& data() override { return *data_; }
  train::TrainData* held_out() override { return held_out_.get(); }
  std::int64_t sequences() const override { return 2 * data_->pairs(); }
  std::int64_t epoch_tokens() const override { return data_->tokens_in_epoch(); }
  std::int64_t most_tokens() const override { return data_->most_tokens(); }
  std::string fingerprint() const override {
    std::string text = corpus_.fingerprint();
    for (const train::SequencePair& pair : pairs_.pairs) text += fmt::format(" {} {}", pair.first, pair.second);
    for (const float value : pairs_.values) text += fmt::format(" {}", value);
    for (const std::int32_t value : pairs_.classes) text += fmt::format(" {}", value);
    return sha256(text);
  }
  std::string held_out_fingerprint() const override { return held_out_text_; }

 private:
  void take(const interactions::PairTable& table, const bio::Tokenizer& tokenizer, const PromptTaskPlan& task) {
    if (table.labels.empty())
      throw Error(ErrorKind::bad_input, {fmt::format("the pairs of task '{}' have no labels", task.task.name),
                                         task.data.front(), "name their column: label-columns=…"});
    const bool several = !table.binary();
    if (classes.labels.empty()) {
      classes.problem = several ? models::Problem::multi_label : models::Problem::single_label;
      classes.labels = several ? table.labels : std::vector<std::string>{"no", "yes"};
      pairs_.columns = several ? static_cast<std::int64_t>(table.labels.size()) : 0;
    } else if (several ? classes.labels != table.labels : pairs_.columns != 0) {
      throw Error(ErrorKind::bad_input,
                  {fmt::format("the held-out pairs of task '{}' have other labels", task.task.name), task.valid.front(),
                   "both tables need the same"});
    }
    std::vector<std::int64_t> places;
    for (const std::string& id : table.proteins) places.push_back(place_of(id, tokenizer));
    for (std::size_t i = 0; i < table.pairs.size(); ++i) {
      const interactions::Pair& pair = table.pairs[i];
      pairs_.pairs.push_back({places[pair.first], places[pair.second]});
      if (!several) pairs_.classes.push_back(table.has(i, 0) ? 1 : 0);
      for (std::size_t c = 0; several && c < table.labels.size(); ++c)
        pairs_.values.push_back(table.has(i, c) ? 1.0F : 0.0F);
    }
  }

  std::int64_t place_of(const std::string& id, const bio::Tokenizer& tokenizer) {
    const auto [at, added] = known_.try_emplace(id, corpus_.size());
    if (added) {
      const bio::Encoded encoded = tokenizer.encode(sequences_.of(id));
      corpus_.add(encoded.ids_of(0, encoded.residues()), id);
    }
    return at->second;
  }

  interactions::ProteinSequences sequences_;
  std::string held_out_text_;
  train::Corpus corpus_;
  train::LabelledPairs pairs_;
  std::map<std::string, std::int64_t> known_;
  std::unique_ptr<train::PairData> data_, held_out_;
};

// One and the same place for the tokenizer's lifetime.
std::vector<std::unique_ptr<TaskMaterial>> materials_of(const TrainPlan& plan, const bio::Tokenizer& tokenizer,
                                                        Sink& sink) {
  std::vector<std::unique_ptr<TaskMaterial>> out;
  for (const PromptTaskPlan& task : plan.prompts.tasks) {
    if (task.task.kind == PromptTaskKind::masked)
      out.push_back(std::make_unique<MaskedMaterial>(plan, task, tokenizer, sink));
    else
      out.push_back(std::make_unique<PairMaterial>(plan, task, tokenizer, sink));
  }
  return out;
}

// A prompt that no task names would stay as it was drawn.
void check_used(const nn::PromptShape& shape, const std::vector<train::PromptTask>& tasks) {
  std::vector<std::string> idle;
  for (const nn::PromptSpec& prompt : shape.prompts)
    if (std::none_of(tasks.begin(), tasks.end(), [&](const train::PromptTask& task) {
          return std::find(task.prompts.begin(), task.prompts.end(), prompt.name) != task.prompts.end();
        }))
      idle.push_back(prompt.name);
  if (!idle.empty())
    throw Error(ErrorKind::usage, {"no task learns " + listed(idle), "--prompts", "name them in a task's `prompts`"});
}

}  // namespace

TrainedModel train_prompts(TrainPlan plan, checkpoints::Checkpoint weights, Context& context) {
  Findings findings(context.sink);
  const models::TokenizerPointer tokenizer = checkpoints::tokenizer_of(weights);
  keep_to_positions(plan, weights, tokenizer);
  if (!plan.prompts.shape.empty() && !weights.prompts.empty())
    throw Error(ErrorKind::usage, {"prompts are new or gone on with, not both", "--prompt --prompts", {}});
  if (!plan.prompts.shape.empty()) checkpoints::add_new_prompts(weights, plan.prompts.shape, plan.batches.seed);
  if (weights.prompts.empty())
    throw Error(ErrorKind::usage, {"there are no prompts to learn", "--prompts", "name some: --prompts seq:8,ic:8"});
  const auto materials = materials_of(plan, *tokenizer, context.sink);
  std::vector<train::PromptTask> tasks;
  std::vector<models::Classification> classes;
  std::vector<train::MixedTask> learned, held_out;
  std::int64_t most_tokens = 0;
  std::string fingerprints, held_out_fingerprints;
  RunCost cost;
  for (std::size_t i = 0; i < materials.size(); ++i) {
    const PromptTaskPlan& of = plan.prompts.tasks[i];
    tasks.push_back(of.task);
    classes.push_back(materials[i]->classes);
    if (of.task.kind == PromptTaskKind::pairs)
      tasks.back().outputs = static_cast<std::int64_t>(classes.back().labels.size());
    learned.push_back({&materials[i]->data(), of.rate});
    most_tokens = std::max(most_tokens, materials[i]->most_tokens());
    fingerprints += materials[i]->fingerprint() + "\n";
    held_out_fingerprints += materials[i]->held_out_fingerprint() + "\n";
    cost.sequences += materials[i]->sequences();
    cost.epoch_tokens += static_cast<std::int64_t>(of.rate * static_cast<double>(materials[i]->epoch_tokens()));
  }
  check_used(weights.prompts, tasks);
  train::TaskMix data(learned, train::TaskMix::Pass::steps);
  // Every task has a place in the scores, also where nothing of it is held out.
  const bool any_held_out =
      std::any_of(materials.begin(), materials.end(), [](const auto& m) { return m->held_out() != nullptr; });
  for (const auto& material : materials) held_out.push_back({material->held_out(), 1});
  std::optional<train::TaskMix> evaluation;
  if (any_held_out) evaluation.emplace(held_out, train::TaskMix::Pass::all_once);
  fit_epochs(plan, data, context.sink);
  const std::int64_t steps = train::planned_steps(data, plan.trainer);
  check_length(plan, steps, findings);
  plan.trainer.data_fingerprint = sha256(fingerprints);
  plan.trainer.held_out_fingerprint = sha256(held_out_fingerprints);
  const models::TrainingPlan training = training_plan(plan, weights);
  train::PromptTrainee trainee(std::move(weights), tasks, training, plan.batches.seed);
  cost.step_bytes = plan_memory(trainee, plan, most_tokens, context.sink);
  cost.steps = steps;
  cost.epoch_steps = data.batches_in_epoch(0);
  cost.epochs = cost.epoch_steps > 0 ? (steps + cost.epoch_steps - 1) / cost.epoch_steps : 0;
  cost.minutes_at_most = plan.trainer.length.minutes;
  cost.tell(context.sink);
  if (plan.cost_alone) return {{}, findings, cost};
  const auto score = [&](const train::LossSum& sum) { return train::prompt_scores(sum, tasks, classes); };
  const train::TrainerParts parts{trainee, data, evaluation ? &*evaluation : nullptr, context.sink, score};
  TrainedModel out{train::train(parts, plan.trainer, plan.start), findings, cost};
  check_result(out.result, plan, nullptr, out.findings);
  return out;
}

}  // namespace groel::tasks
