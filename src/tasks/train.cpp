// groel train: trains models, new ones or from a checkpoint.
#include "tasks/pairs/train.h"
#include "base/folder_lock.h"
#include "base/sha256.h"
#include "checkpoints/prompts.h"
#include "report/picture.h"
#include "tasks/reading/text_form.h"
#include "tasks/task.h"
#include "tasks/train/checks.h"
#include "tasks/train/curves.h"
#include "tasks/train/judged_repeats.h"
#include "tasks/train/labelled.h"
#include "tasks/train/memory.h"
#include "tasks/train/own_head.h"
#include "tasks/train/prompts.h"
#include "tasks/train/repeats.h"
#include "tasks/train/sizing.h"
#include "tasks/workers/train.h"
#include "train/clm_data.h"
#include "train/duplicates.h"
#include "train/mlm.h"

namespace groel::tasks {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kTableRows = 12;

// The sequences of a run, and its batches. They refer to one another: not to be moved.
class PretrainMaterial {
 public:
  /// Fits the plan's batches and length to the data, where nobody has said them.
  PretrainMaterial(TrainPlan& plan, const bio::Tokenizer& tokenizer, Findings& findings)
      : corpus_(train::Corpus::read(plan.data, tokenizer, plan.filter, findings.sink())) {
    Sink& sink = findings.sink();
    const std::vector<std::uint64_t> keys = train::sequence_keys(corpus_);
    if (plan.valid.empty()) tell_repeats(keys, plan, sink);
    const train::Split split =
        train::split_by_keys(keys, plan.valid.empty() ? plan.valid_fraction : 0, plan.batches.seed);
    if (!plan.valid.empty()) valid_ = train::Corpus::read(plan.valid, tokenizer, plan.filter, sink);
    for (const std::int64_t i : split.train) learned_.push_back(keys[static_cast<std::size_t>(i)]);
    fit_batches(plan, corpus_, split.train, tokenizer);
    data_ = batches(plan, corpus_, split.train, tokenizer, plan.batches);
    fit_epochs(plan, *data_, sink);
    const auto held_out = plan.valid.empty() ? split.held_out : train::all_of(valid_);
    if (!held_out.empty())
      held_out_ = batches(plan, plan.valid.empty() ? corpus_ : valid_, held_out, tokenizer, evaluation_options(plan));
    check_overlap(learned_, plan.valid.empty() ? std::vector<std::uint64_t>{} : train::sequence_keys(valid_), findings);
    findings.held_out = static_cast<std::int64_t>(held_out.size());
    std::int64_t residues = 0;
    for (const std::int64_t sequence : split.train) residues += corpus_.length(sequence);
    sink.note(fmt::format("{}, {} to learn from; {} held out", counted(split.train.size(), "sequence"),
                          counted(residues, "residue"), counted(held_out.size(), "sequence")));
    if (data_->cropped() > 0)
      sink.note(fmt::format("{} longer than a crop", counted(data_->cropped(), "sequence is", "sequences are")));
  }
  PretrainMaterial(const PretrainMaterial&) = delete;
  PretrainMaterial& operator=(const PretrainMaterial&) = delete;

  train::PackedData& data() { return *data_; }
  const std::vector<std::uint64_t>& learned() const { return learned_; }
  train::PackedData* held_out() { return held_out_.get(); }
  /// Changes with all that gives a place in the data another meaning.
  std::string fingerprint(const TrainPlan& plan) const {
    const double fraction = plan.valid.empty() ? plan.valid_fraction : 0;
    return sha256(fmt::format("{} {} {} {}", corpus_.fingerprint(), plan.batches.seed, fraction, plan.filter.shortest));
  }
  /// Of what is drawn from the data, the other fingerprint says it.
  std::string held_out_fingerprint(const TrainPlan& plan) const {
    return plan.valid.empty() ? std::string() : valid_.fingerprint();
  }

 private:
  static std::unique_ptr<train::PackedData> batches(const TrainPlan& plan, const train::Corpus& corpus,
                                                    std::vector<std::int64_t> members, const bio::Tokenizer& tokenizer,
                                                    const train::MlmDataOptions& options) {
    if (plan.objective == Objective::mlm)
      return std::make_unique<train::MlmData>(corpus, std::move(members), tokenizer, options);
    return std::make_unique<train::ClmData>(corpus, std::move(members), tokenizer, options.packing());
  }
  static train::MlmDataOptions evaluation_options(const TrainPlan& plan) {
    train::MlmDataOptions options = plan.batches;
    options.crop = plan.objective == Objective::clm ? train::CropStyle::start : train::CropStyle::centre;
    options.order = train::Order::as_written;
    options.masking = {.style = train::MaskingStyle::hidden, .fraction = plan.batches.masking.fraction, .seed = 0};
    return options;
  }

  train::Corpus corpus_, valid_;
  std::vector<std::uint64_t> learned_;
  std::unique_ptr<train::PackedData> data_, held_out_;
};

ordered_json summary(const TrainedModel& trained, const TrainPlan& plan) {
  const train::TrainingResult& result = trained.result;
  ordered_json json = {
      {"model", plan.trainer.folder.string()}, {"steps", result.steps}, {"stopped", result.why_stopped}};
  if (result.last) {
    const bool labels = learns_labels(plan.objective);
    for (const auto& [name, value] : result.last->named) json[name] = value;
    json[plan.objective == Objective::mlm ? "masked_tokens" : "targets"] = result.last->targets;
    if (labels) json["classes"] = result.last->classes;
  }
  if (result.best) {
    json["best"] = *result.best;
    json["best_step"] = result.best_step;
  }
  if (trained.cost) json["cost"] = trained.cost->to_json();
  if (!trained.judged.is_null()) json["judged"] = trained.judged;
  json["held_out"] = trained.findings.held_out;
  json["held_out_identical"] = trained.findings.held_out_identical;
  json["warnings"] = trained.findings.warnings();
  return json;
}

// loss.svg and, where there are scores, scores.svg, with their data beside them.
void draw_curves(const std::filesystem::path& folder) {
  const std::vector<PlottedRun> run = {read_run(folder)};
  report::write_picture(loss_figure(run), folder / "loss.svg");
  const report::Figure scores = score_figure(run);
  if (!scores.lines.empty()) report::write_picture(scores, folder / "scores.svg");
}

void print_result(const TrainedModel& trained, const TrainPlan& plan, bool as_json, std::ostream& out) {
  if (as_json) {
    out << summary(trained, plan).dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    return;
  }
  const train::TrainingResult& result = trained.result;
  if (result.last && !result.last->classes.empty()) out << class_table(result.last->classes) << '\n';
  out << train::curve_table(read_run(plan.trainer.folder).curve, kTableRows);
  const bool prompts = plan.objective == Objective::prompts;
  out << fmt::format("\n{} after {}; {} in {}\n", result.why_stopped, counted(result.steps, "step"),
                     prompts ? "the prompts are" : "the model is",
                     (prompts ? plan.trainer.folder / checkpoints::kPromptFolder : plan.trainer.folder).string());
}

// What a model was trained with before and is not now.
void tell_dropout(const nlohmann::json& config, Sink& sink) {
  const auto found = config.find("attn_pdrop");
  if (found != config.end() && found->is_number() && *found != 0.0)
    sink.note(fmt::format("attention's weights are not dropped out (attn_pdrop {} of config.json)", found->dump()));
}

TrainedModel train_language(TrainPlan plan, checkpoints::Checkpoint weights, Context& context) {
  const std::string& metric = plan.trainer.evaluation.metric;
  if (metric != "loss" && metric != "perplexity" && metric != "accuracy")
    throw Error(ErrorKind::usage, {fmt::format("'{}' is not a score of a language model", metric), "--metric",
                                   "loss, perplexity or accuracy"});
  Findings findings(context.sink);
  const bool causal = plan.objective == Objective::clm;
  models::TokenizerPointer tokenizer = checkpoints::tokenizer_of(weights);
  if (causal) tokenizer = tokenizer_in_form(tokenizer, plan.form);
  keep_to_positions(plan, weights, tokenizer);
  const models::TrainingPlan training = training_plan(plan, weights);
  if (causal) tell_dropout(weights.config, context.sink);
  const RankedStart start(plan, weights);
  const auto trainee =
      causal ? train::make_clm(std::move(weights), training) : train::make_mlm(std::move(weights), training);
  PretrainMaterial material(plan, *tokenizer, findings);
  check_length(plan, train::planned_steps(material.data(), plan.trainer), findings);
  const std::size_t step_bytes = plan_memory(*trainee, plan, material.data().most_tokens(), context.sink);
  const RunCost cost = model_cost(*trainee, material.data(), plan, step_bytes);
  cost.tell(context.sink);
  if (plan.cost_alone) return {{}, findings, cost};
  plan.trainer.data_fingerprint = material.fingerprint(plan);
  plan.trainer.held_out_fingerprint = material.held_out_fingerprint(plan);
  const auto ranked = start.begin(*trainee);
  train::TrainerParts parts{*trainee, material.data(), material.held_out(), context.sink};
  parts.ranks = ranked.get();
  TrainedModel out{train::train(parts, plan.trainer, plan.start), findings, cost};
  train::write_learned(plan.trainer.folder, material.learned());
  check_result(out.result, plan, nullptr, out.findings);
  return out;
}

TrainedModel trained_model(const TrainOptions& options, TrainPlan plan, Context& context) {
  const bool labels = learns_labels(plan.objective);
  if (labels && !options.from)
    throw Error(ErrorKind::usage,
                {"labels are learned on top of a model: name it", "--from", "`groel models` lists some"});
  if (plan.objective == Objective::prompts)
    return train_prompts(plan, starting_weights(options, context.sink), context);
  if (plan.head) return train_own_head(plan, context);
  checkpoints::Checkpoint weights = starting_weights(options, context.sink);
  if (labels) choose_what_is_trained(options, weights, plan, context.sink);
  return labels ? train_head(plan, std::move(weights), context) : train_language(plan, std::move(weights), context);
}

TrainedModel train_once(const TrainOptions& options, const TrainPlan& plan, Context& context) {
  TrainedModel trained = trained_model(options, plan, context);
  if (plan.cost_alone) return trained;
  if (plan.merge) write_merged(plan.trainer.folder);
  if (report::draws_pictures())
    draw_curves(plan.trainer.folder);
  else
    context.sink.note("no pictures of the curves: this program was built without (./run --pictures)");
  return trained;
}

int run_repeats(const TrainOptions& options, Context& context) {
  const ordered_json found = judged_repeats(options, context);
  context.out << (options.json ? found.dump(2) + "\n" : repeats_table(found));
  return 0;
}

int run(const TrainOptions& options, Context& context) {
  if (!options.objective.empty() && options.objective[0] == "pairs") return train_pairs(options, context);
  if (options.repeats < 1) throw Error(ErrorKind::usage, {"it is a number of runs", "--repeats", "1 or more"});
  const TrainPlan plan = train_plan(options);
  const FolderLock lock(plan.trainer.folder);
  if ((options.repeats > 1 || options.each_split) && !plan.cost_alone) return run_repeats(options, context);
  const TrainedModel trained = train_once(options, plan, context);
  if (!plan.cost_alone)
    print_result(trained, plan, options.json, context.out);
  else if (options.json)
    context.out << trained.cost->to_json().dump(2) << '\n';
  return 0;
}

}  // namespace

ordered_json judged_repeats(const TrainOptions& options, Context& context) {
  const auto once = [&](const TrainOptions& one) {
    const TrainPlan plan = train_plan(one);
    const FolderLock lock(plan.trainer.folder);
    return train_once(one, plan, context).judged;
  };
  return train_repeats(options, once, context.sink);
}

Task train_task() {
  return {
      .name = "train",
      .summary = "Train a model, from nothing or from a checkpoint",
      .description =
          "train mlm learns to fill in hidden residues; classify and residues learn labels of sequences and of "
          "residues\n"
          "from a CSV or TSV table, pairs which proteins interact, prompts vectors that join every sequence "
          "(--prompt).\n"
          "It leaves in --output a Hugging Face folder that `-m` takes,\n"
          "metrics.jsonl, TensorBoard's event files, curves as pictures, checkpoints to go on from and, with held-out\n"
          "data, best/. Before its first step it says what the run will cost in tokens, memory and minutes; --cost "
          "stops\n"
          "there. With another --head than transformers' the model stays as it is.\n"
          "Stopped in any way, the same command with --resume gives bitwise what an uninterrupted run would have "
          "given.",
      .examples = {{"groel train mlm --data examples/proteins.fasta --layers 2 --width 64 --heads 4 --steps 20 "
                    "--output my-model",
                    "pre-train a small model"},
                   {"groel train classify --data examples/stability.csv --label-column stability --split-column set "
                    "--from groel-5m --train heads --metric mcc --output classifier",
                    "a head on a frozen model, for the labels of a table"},
                   {"groel train classify --data examples/stability.csv --label-column stability --split-column set "
                    "--from groel-5m --head mlp --hidden 64 --epochs 5 --output mlp-head",
                    "a head of its own on the model's vectors, which are kept for later runs"},
                   {"groel train residues --data examples/structure.csv --label-column structure --unlabelled . "
                    "--split-column set "
                    "--from groel-5m --lora-r 4 --epochs 6 --merge --output structure",
                    "labels of residues, by low-rank adapters"},
                   {"groel train pairs --data examples/interactions.csv --sequences examples/interactions.fasta --from "
                    "groel-5m "
                    "--baselines descriptors,gin --baseline-epochs 2 --output interactions",
                    "which kinds of interaction two proteins have, beside baselines on the same split of the network"},
                   {"groel train prompts examples/prompts.toml --steps 4 --output prompts",
                    "two prompts of a frozen model: one for the language, one for which proteins interact"},
                   {"groel train examples/train.toml --steps 30 --output from-recipe",
                    "a recipe file; flags win over it"}},
      .options = option_table<TrainOptions>(),
      .run = entry<TrainOptions, run>,
      .verbs = train_verbs(),
      .complete = with_recipe,
      .shared = shared_where<TrainOptions, shares_training>};
}

}  // namespace groel::tasks
