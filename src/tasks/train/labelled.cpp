// Prepares data and head for training on labels, and runs it.
#include "tasks/train/labelled.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "base/sha256.h"
#include "base/words.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/model_folder.h"
#include "checkpoints/tensors.h"
#include "tasks/train/checks.h"
#include "tasks/train/judged_run.h"
#include "tasks/train/memory.h"
#include "tasks/train/sizing.h"
#include "train/duplicates.h"
#include "train/features.h"
#include "train/label_scores.h"
#include "train/labelled_data.h"
#include "train/objectives.h"
#include "train/run_folder.h"

namespace groel::tasks {
namespace {

using models::Classification;
using models::LabelOf;
using models::Problem;

train::RowSplit drawn_split(train::LabelledRows rows, const TrainPlan& plan, Sink& sink) {
  std::vector<std::uint64_t> keys;
  for (const auto& row : rows.rows) keys.push_back(train::text_key(row.sequence));
  tell_repeats(keys, plan, sink);
  const train::Split split = train::split_by_keys(keys, plan.valid_fraction, plan.batches.seed);
  train::RowSplit out{{rows.columns, {}}, {rows.columns, {}}, {rows.columns, {}}};
  for (const std::int64_t i : split.train) out.train.rows.push_back(rows.rows[static_cast<std::size_t>(i)]);
  for (const std::int64_t i : split.held_out) out.held_out.rows.push_back(rows.rows[static_cast<std::size_t>(i)]);
  return out;
}

train::RowSplit read_rows(const TrainPlan& plan, Sink& sink) {
  train::LabelledRows all = train::read_labelled(plan.data, plan.labels.columns, sink);
  if (!plan.valid.empty()) return {std::move(all), train::read_labelled(plan.valid, plan.labels.columns, sink), {}};
  return plan.labels.columns.split.empty() ? drawn_split(std::move(all), plan, sink)
                                           : train::split_rows(std::move(all), plan.labels.held_out);
}

// What each value of the split column came to.
void tell_splits(const train::RowSplit& rows, const TrainPlan& plan, Sink& sink) {
  if (plan.labels.columns.split.empty() || !plan.valid.empty()) return;
  const auto counted = [](const train::LabelledRows& part) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& row : part.rows) ++counts[row.split];
    return listed_as(counts, [](const auto& one) { return fmt::format("'{}' ({})", one.first, one.second); });
  };
  sink.note(fmt::format(
      "by --split-column, learned from: {}; held out: {}{}", counted(rows.train), counted(rows.held_out),
      rows.test.rows.empty() ? std::string() : fmt::format("; left out: 'test' ({})", rows.test.rows.size())));
}

std::string_view words(const Classification& classes) {
  if (classes.label_of == LabelOf::token) return "one class per residue";
  switch (classes.problem) {
    case Problem::single_label: return "one class per sequence";
    case Problem::multi_label: return "several labels per sequence";
    case Problem::regression: break;
  }
  return "regression";
}

// The head that is there, when its classes take in the data's; else one for the data.
Classification choose_classes(const train::RowSplit& rows, const TrainPlan& plan,
                              const checkpoints::Checkpoint& weights, Sink& sink) {
  Classification classes = train::infer_classification(rows, plan.labels.options);
  const auto present = train::head_of(weights);
  const auto knows = [&](const std::string& label) {
    return std::find(present->labels.begin(), present->labels.end(), label) != present->labels.end();
  };
  const bool same_kind = present && present->label_of == classes.label_of && present->problem == classes.problem &&
                         plan.labels.options.classes.empty() &&
                         (present->pooling == classes.pooling || !plan.labels.pooling_given) &&
                         std::all_of(classes.labels.begin(), classes.labels.end(), knows);
  if (same_kind) classes = *present;
  std::string list;
  for (std::size_t i = 0; i < std::min<std::size_t>(classes.labels.size(), 20); ++i)
    list += (i == 0 ? "" : ", ") + classes.labels[i];
  sink.note(fmt::format("{}: {} ({}){}", words(classes), classes.labels.size(), list,
                        plan.labels.options.problem == "auto" && classes.label_of == LabelOf::sequence
                            ? ", as seen from the labels; --problem says otherwise"
                            : ""));
  if (present && !same_kind) sink.warning("the model's own head is for other classes, and is replaced by a new one");
  return classes;
}

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

void check_metric(const std::string& metric, const Classification& classes) {
  const std::vector<std::string> names = train::label_score_names(classes);
  if (std::find(names.begin(), names.end(), metric) != names.end()) return;
  throw Error(ErrorKind::usage,
              {fmt::format("'{}' is not a score of this kind of labels", metric), "--metric", listed(names)});
}

void tell_pooling(const Classification& classes, Sink& sink) {
  if (classes.pooling == models::Pooling::mean)
    sink.note(
        "the head reads the mean over the residues, which Transformers' ESM cannot; --pooling cls makes one for it");
}

std::string fingerprint(const train::LabelledSet& set, const Classification& classes, const TrainPlan& plan) {
  std::string labels;
  for (const std::string& label : classes.labels) labels += label + "\n";
  return sha256(fmt::format("{} {} {}", set.fingerprint(), plan.batches.seed, labels));
}

struct Sets {
  train::LabelledSet learned, held_out;
};

Sets encode(const train::RowSplit& rows, const Classification& classes, const TrainPlan& plan,
            const bio::Tokenizer& tokenizer) {
  const std::string& unlabelled = plan.labels.options.unlabelled;
  return {train::encode_labels(rows.train, classes, unlabelled, tokenizer),
          train::encode_labels(rows.held_out, classes, unlabelled, tokenizer)};
}

// The batches of a run's sets, and the trunk's embeddings of them. They refer to one another: not to be moved.
class LabelledMaterial {
 public:
  LabelledMaterial(const Sets& sets, const Classification& classes, const TrainPlan& plan,
                   const bio::Tokenizer& tokenizer)
      : data_(sets.learned, classes, tokenizer, packing(plan, train::Order::shuffled)) {
    if (sets.held_out.corpus.size() > 0)
      held_out_.emplace(sets.held_out, classes, tokenizer, packing(plan, train::Order::as_written));
  }
  LabelledMaterial(const LabelledMaterial&) = delete;
  LabelledMaterial& operator=(const LabelledMaterial&) = delete;

  void tell(const Sets& sets, const TrainPlan& plan, Sink& sink) const {
    sink.note(fmt::format("{}, {} to learn from; {} held out", counted(sets.learned.corpus.size(), "sequence"),
                          counted(sets.learned.corpus.residues(), "residue"),
                          counted(sets.held_out.corpus.size(), "sequence")));
    if (data_.cropped() > 0)
      sink.note(fmt::format("{} longer than {}, and cropped", counted(data_.cropped(), "sequence is", "sequences are"),
                            counted(plan.batches.max_residues, "residue")));
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
  const auto model = checkpoints::saved_copy(merged, loaded.model->tokenizer().tokens(), DType::f32);
  checkpoints::write_model_folder(
      folder / "merged", [&](const std::filesystem::path& temporary) { checkpoints::write_model(temporary, model); });
}

TrainedModel train_head(TrainPlan plan, checkpoints::Checkpoint weights, Context& context) {
  Findings findings(context.sink);
  const models::TokenizerPointer tokenizer = checkpoints::tokenizer_of(weights);
  keep_to_positions(plan, weights, tokenizer);
  const train::RowSplit rows = read_rows(plan, context.sink);
  tell_splits(rows, plan, context.sink);
  const Classification classes = choose_classes(rows, plan, weights, context.sink);
  check_metric(plan.trainer.evaluation.metric, classes);
  const Sets sets = encode(rows, classes, plan, *tokenizer);
  check_labels(sets.learned, sets.held_out, classes, findings);
  const std::vector<std::uint64_t> learned = train::sequence_keys(sets.learned.corpus);
  check_overlap(learned, train::sequence_keys(sets.held_out.corpus), findings);
  fit_batches(plan, sets.learned.corpus, train::all_of(sets.learned.corpus), *tokenizer);
  LabelledMaterial material(sets, classes, plan, *tokenizer);
  material.tell(sets, plan, context.sink);
  fit_epochs(plan, material.data(), context.sink);
  check_length(plan, train::planned_steps(material.data(), plan.trainer), findings);
  plan.trainer.data_fingerprint = fingerprint(sets.learned, classes, plan);
  if (train::add_head(weights, classes, plan.batches.seed) && classes.problem == Problem::regression)
    start_at_mean(weights, sets.learned, classes.pooling);
  tell_pooling(classes, context.sink);
  const models::TrainingPlan training = training_plan(plan, weights);
  const auto trainee = train::make_classifier(std::move(weights), training);
  plan_memory(*trainee, plan, material.most_tokens(), context.sink);
  if (trainee->frozen() && plan.batches.crop != train::CropStyle::random) {
    train::prepare_run_folder(plan.trainer.folder, plan.start);
    material.run_trunk(trainee->model(), plan, context.sink);
  }
  const auto score = [&](const train::LossSum& sum) { return train::label_scores(sum, classes); };
  const train::TrainerParts parts{*trainee, material.data(), material.held_out(), context.sink, score};
  TrainedModel out{train::train(parts, plan.trainer, plan.start), findings};
  train::write_learned(plan.trainer.folder, learned);
  const Guess guess = simplest_guess(sets.learned, sets.held_out, classes);
  check_result(out.result, plan, &guess, out.findings);
  out.judged = judge_run({plan, rows, out.findings});
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
