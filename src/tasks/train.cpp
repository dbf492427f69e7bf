// groel train: models that learn, from nothing or from a checkpoint.
#include <algorithm>
#include <numeric>

#include "base/sha256.h"
#include "report/picture.h"
#include "tasks/reading/outputs.h"
#include "tasks/task.h"
#include "tasks/train/curves.h"
#include "tasks/train/labelled.h"
#include "tasks/train/memory.h"
#include "tasks/train/plan.h"
#include "train/mlm.h"
#include "train/run_lock.h"

namespace groel::tasks {

Task train_task();

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kTableRows = 12;

std::vector<std::int64_t> all_of(const train::Corpus& corpus) {
  std::vector<std::int64_t> members(static_cast<std::size_t>(corpus.size()));
  std::iota(members.begin(), members.end(), std::int64_t{0});
  return members;
}

// The sequences of a run, and its batches. They refer to one another: not to be moved.
class Material {
 public:
  Material(const TrainPlan& plan, const bio::Tokenizer& tokenizer, Sink& sink)
      : corpus_(train::Corpus::read(plan.data, tokenizer, plan.filter, sink)) {
    train::Split split = train::split_corpus(corpus_, plan.valid.empty() ? plan.valid_fraction : 0, plan.batches.seed);
    if (!plan.valid.empty()) valid_ = train::Corpus::read(plan.valid, tokenizer, plan.filter, sink);
    data_.emplace(corpus_, split.train, tokenizer, plan.batches);
    const auto held_out = plan.valid.empty() ? split.held_out : all_of(valid_);
    if (!held_out.empty())
      held_out_.emplace(plan.valid.empty() ? corpus_ : valid_, held_out, tokenizer, evaluation_options(plan));
    std::int64_t residues = 0;
    for (const std::int64_t sequence : split.train) residues += corpus_.length(sequence);
    sink.note(fmt::format("{}, {} to learn from; {} held out", counted(split.train.size(), "sequence"),
                          counted(residues, "residue"), counted(held_out.size(), "sequence")));
    if (data_->cropped() > 0)
      sink.note(fmt::format("{} longer than a crop", counted(data_->cropped(), "sequence is", "sequences are")));
  }
  Material(const Material&) = delete;
  Material& operator=(const Material&) = delete;

  train::MlmData& data() { return *data_; }
  train::MlmData* held_out() { return held_out_ ? &*held_out_ : nullptr; }
  /// Changes with all that gives a place in the data another meaning.
  std::string fingerprint(const TrainPlan& plan) const {
    const double fraction = plan.valid.empty() ? plan.valid_fraction : 0;
    return sha256(fmt::format("{} {} {} {}", corpus_.fingerprint(), plan.batches.seed, fraction, plan.filter.shortest));
  }

 private:
  static train::MlmDataOptions evaluation_options(const TrainPlan& plan) {
    train::MlmDataOptions options = plan.batches;
    options.crop = train::CropStyle::centre;
    options.order = train::Order::as_written;
    options.masking = {.style = train::MaskingStyle::hidden, .fraction = plan.batches.masking.fraction, .seed = 0};
    return options;
  }

  train::Corpus corpus_, valid_;
  std::optional<train::MlmData> data_, held_out_;
};

ordered_json summary(const train::TrainingResult& result, const TrainPlan& plan) {
  ordered_json json = {
      {"model", plan.trainer.folder.string()}, {"steps", result.steps}, {"stopped", result.why_stopped}};
  if (result.last) {
    const bool labels = plan.objective != Objective::mlm;
    for (const auto& [name, value] : result.last->named) json[name] = value;
    json[labels ? "targets" : "masked_tokens"] = result.last->targets;
    if (labels) json["classes"] = result.last->classes;
  }
  if (result.best) {
    json["best"] = *result.best;
    json["best_step"] = result.best_step;
  }
  return json;
}

// loss.svg and, where there are scores, scores.svg, with their data beside them.
void draw_curves(const std::filesystem::path& folder) {
  const std::vector<Run> run = {read_run(folder)};
  report::write_picture(loss_figure(run), folder / "loss.svg");
  const report::Figure scores = score_figure(run);
  if (!scores.lines.empty()) report::write_picture(scores, folder / "scores.svg");
}

void print_result(const train::TrainingResult& result, const TrainPlan& plan, bool as_json, std::ostream& out) {
  if (as_json) {
    out << summary(result, plan).dump(2) << '\n';
    return;
  }
  if (result.last && !result.last->classes.empty()) out << class_table(result.last->classes) << '\n';
  out << train::curve_table(read_run(plan.trainer.folder).curve, kTableRows);
  out << fmt::format("\n{} after {}; the model is in {}\n", result.why_stopped, counted(result.steps, "step"),
                     plan.trainer.folder.string());
}

train::TrainingResult train_mlm(TrainPlan plan, engine::Checkpoint weights, Context& context) {
  const std::string& metric = plan.trainer.evaluation.metric;
  if (metric != "loss" && metric != "perplexity" && metric != "accuracy")
    throw Error(ErrorKind::usage,
                {fmt::format("'{}' is not a score of mlm", metric), "--metric", "loss, perplexity or accuracy"});
  const bio::Tokenizer tokenizer = tokenizer_of(weights);
  keep_to_positions(plan, weights, tokenizer);
  const models::TrainingPlan training = training_plan(plan, weights.config);
  const auto trainee = train::make_mlm(std::move(weights), training);
  Material material(plan, tokenizer, context.sink);
  plan_memory(*trainee, plan, material.data().most_tokens(), context.sink);
  plan.trainer.data_fingerprint = material.fingerprint(plan);
  return train::train({*trainee, material.data(), material.held_out(), context.sink}, plan.trainer, plan.start);
}

int run(const Options& given, Context& context) {
  const Options options = with_recipe(given);
  check_outputs(train_task().options, options, context.sink);  // those of the recipe, too
  apply_threads(options);
  const TrainPlan plan = train_plan(options);
  const train::RunLock lock(plan.trainer.folder);
  engine::Checkpoint weights = starting_weights(options, context.sink);
  const bool mlm = plan.objective == Objective::mlm;
  if (!mlm && !options.has("from"))
    throw Error(ErrorKind::usage,
                {"labels are learned on top of a model: name it", "--from", "`groel models` lists some"});
  const train::TrainingResult result =
      mlm ? train_mlm(plan, std::move(weights), context) : train_head(plan, std::move(weights), context);
  if (plan.merge) write_merged(plan.trainer.folder);
  draw_curves(plan.trainer.folder);
  print_result(result, plan, options.flag("json"), context.out);
  return 0;
}

}  // namespace

Task train_task() {
  return {
      "train",
      "Train a model, from nothing or from a checkpoint",
      "train mlm learns to fill in hidden residues; classify and tokens learn labels of sequences and of residues\n"
      "from a CSV or TSV table. It leaves in --out a Hugging Face folder that `-m` takes,\n"
      "metrics.jsonl, TensorBoard's event files, curves as pictures, checkpoints to go on from and, with held-out\n"
      "data, best/. Stopped in any way, the same command with --resume gives bitwise what an uninterrupted run would\n"
      "have given.",
      {{"groel train mlm --data examples/proteins.fasta --layers 2 --width 64 --heads 4 --steps 20 --out my-model",
        "pre-train a small model"},
       {"groel train mlm --data examples/proteins.fasta --from groel-5m --epochs 2 --valid-fraction 0.2 "
        "--out tuned",
        "go on from a model, with a fifth of the proteins held out"},
       {"groel train classify --data examples/stability.csv --label-column stability --split-column set "
        "--from groel-5m --train heads --epochs 3 --metric mcc --out classifier",
        "a head on a frozen model, for the labels of a table"},
       {"groel train tokens --data examples/structure.csv --label-column structure --unlabelled . --split-column set "
        "--from groel-5m --lora-r 4 --epochs 2 --merge --out structure",
        "labels of residues, by low-rank adapters"},
       {"groel train examples/train.toml --steps 5 --out from-recipe", "a recipe file; flags win over it"}},
      train_options(),
      run,
      train_verbs()};
}

}  // namespace groel::tasks
