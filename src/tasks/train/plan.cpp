// Turns the options of groel train into the settings that the library takes.
#include "tasks/train/plan.h"

#include <algorithm>
#include <charconv>

#include "base/words.h"
#include "checkpoints/load.h"
#include "checkpoints/prompts.h"
#include "engine/precision.h"
#include "tasks/reading/input.h"
#include "train/objectives.h"
#include "train/recipe.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

Objective objective_of(const TrainOptions& options) {
  const std::string word = options.objective.at(0);
  if (word == "classify") return Objective::classify;
  if (word == "clm") return Objective::clm;
  if (word == "prompts") return Objective::prompts;
  return word == "residues" ? Objective::residues : Objective::mlm;
}

// What a checkpoint keeps of the options: all that may change its numbers.
json kept_options(const TrainOptions& options) {
  json kept = options.all;
  for (const char* name : {"output", "resume", "overwrite", "threads", "json", "report", "test", "test-data", "repeats",
                           "cost", "vector-cache", "copy-trunk", "each-split", "label-names"})
    kept.erase(name);
  if (options.head == kTransformersHead)
    for (const OptionSpec& row : option_table<HeadOptions>()) kept.erase(row.name);
  if (objective_of(options) == Objective::residues) kept["objective"] = {"tokens"};  // as checkpoints call it
  return kept;
}

// New weights go far, those of a pre-trained trunk must not.
double learning_rate(const TrainOptions& options) {
  if (options.learning_rate) return *options.learning_rate;
  const bool new_weights_alone = options.lora_r.has_value() || options.train.value == "heads" ||
                                 options.head != kTransformersHead ||
                                 (objective_of(options) == Objective::prompts && !options.train.given);
  return options.from.has_value() && !new_weights_alone ? 5e-5 : 1e-3;
}

double momentum(const TrainOptions& options, train::OptimizerKind kind) {
  if (options.momentum) return *options.momentum;
  return kind == train::OptimizerKind::muon ? 0.95 : 0.9;
}

constexpr std::int64_t kDefaultEpochs = 3;  // before the data are known
constexpr std::int64_t kDefaultBatchTokens = 4096;
constexpr std::int64_t kAnyTokens = 1 << 30;  // of a batch that is counted in sequences

bool length_by_data(const TrainOptions& options) { return !options.steps && !options.epochs && !options.minutes; }

train::RunLength run_length(const TrainOptions& options) {
  train::RunLength length;
  const auto check = [](double value, const char* flag) {
    if (value <= 0) throw Error(ErrorKind::usage, {"a run's length is above 0", flag, {}});
  };
  if (options.steps) check(static_cast<double>(length.steps = *options.steps), "--steps");
  if (options.epochs) check(static_cast<double>(length.epochs = *options.epochs), "--epochs");
  if (options.minutes) check(length.minutes = *options.minutes, "--minutes");
  if (length.steps == 0 && length.epochs == 0 && length.minutes == 0) length.epochs = kDefaultEpochs;
  return length;
}

train::TrainerOptions trainer_options(const TrainOptions& options) {
  train::TrainerOptions t;
  t.folder = *options.output;
  t.length = run_length(options);
  t.accumulate = options.accumulate;
  t.clip = options.clip;
  t.warmup = options.warmup.value;
  // A part of a run whose steps are not known: none.
  if (!options.warmup.given && t.length.steps == 0 && t.length.epochs == 0) t.warmup = 0;
  t.schedule = {
      .kind = train::parse_schedule(options.schedule), .rate = learning_rate(options), .floor = options.floor};
  const train::OptimizerKind optimizer = train::parse_optimizer(options.optimizer);
  t.optimizer = {.kind = optimizer,
                 .beta1 = options.beta1,
                 .beta2 = options.beta2,
                 .epsilon = options.epsilon,
                 .momentum = momentum(options, optimizer),
                 .weight_decay = options.weight_decay};
  t.evaluation = {.every = options.eval_every,
                  .metric = options.metric,
                  .patience = options.patience,
                  .smallest_gain = options.min_gain};
  t.saving = {.every = options.save_every,
              .total_limit = options.save_total_limit,
              .final_model = options.keep == "best" ? train::FinalModel::best : train::FinalModel::last};
  t.log_every = options.log_every;
  t.recipe = kept_options(options);
  return t;
}

// Signals are at a protein's start more often than in its middle; and a piece that stays is computed once.
std::string crop_of(const TrainOptions& options) {
  const Objective objective = objective_of(options);
  const bool drawn = objective == Objective::mlm || objective == Objective::prompts || options.crop.given;
  return drawn ? options.crop.value : "start";
}

LabelPlan label_plan(const TrainOptions& options) {
  LabelPlan plan;
  plan.columns = label_columns(options);
  plan.options = {objective_of(options) == Objective::residues ? models::LabelOf::token : models::LabelOf::sequence,
                  options.problem, options.classes, options.unlabelled,
                  options.pooling.value == "cls" ? models::Pooling::cls : models::Pooling::mean};
  plan.pooling_given = options.pooling.given;
  const auto named = options.valid_split;
  plan.held_out = {named.begin(), named.end()};
  plan.held_out_named = !named.empty();
  if (named.empty()) plan.held_out = {"valid", "validation", "val", "dev"};
  if (!plan.columns.split.empty() && options.valid_fraction > 0)
    throw Error(ErrorKind::usage,
                {"what is held out is said twice", "--split-column --valid-fraction", "give one of them"});
  if (!plan.columns.split.empty() && !options.valid.empty())
    throw Error(ErrorKind::usage, {"what is held out is said twice", "--split-column --valid", "give one of them"});
  return plan;
}

std::optional<nn::LoraOptions> lora_of(const TrainOptions& options) {
  if (!options.lora_r.has_value()) {
    refuse_given({{options.lora_alpha.given, "--lora-alpha"},
                  {options.lora_dropout.given, "--lora-dropout"},
                  {options.lora_targets.given, "--lora-targets"},
                  {options.merge, "--merge"}},
                 {"there are no adapters", {}, "ask for them: --lora-r 8"});
    return std::nullopt;
  }
  const double dropout = options.lora_dropout.value;
  if (!(dropout >= 0 && dropout < 1)) throw Error(ErrorKind::usage, {"dropout lies in [0, 1)", "--lora-dropout", {}});
  if (options.train.given && objective_of(options) != Objective::prompts)
    throw Error(ErrorKind::usage, {"adapters are trained with the head, and nothing else", "--train --lora-r", {}});
  if (!options.from.has_value()) throw Error(ErrorKind::usage, {"adapters belong to a model: name it", "--from", {}});
  return nn::LoraOptions{*options.lora_r, options.lora_alpha.value, options.lora_targets.value,
                         static_cast<std::uint64_t>(options.seed), dropout};
}

train::MlmDataOptions batch_options(const TrainOptions& options) {
  const auto seed = static_cast<std::uint64_t>(options.seed);
  return {.seed = seed,
          .batch_tokens = options.batch_tokens ? *options.batch_tokens
                          : options.batch_size ? kAnyTokens
                                               : kDefaultBatchTokens,
          .max_residues = options.max_length,
          .crop = train::parse_crop(crop_of(options)),
          .masking = {.style = train::parse_masking(options.masking), .fraction = options.mask_fraction, .seed = seed},
          .batch_sequences = options.batch_size.value_or(0)};
}

void check_folders(const TrainOptions& options) {
  std::error_code ignored;
  if (options.from.has_value() && std::filesystem::equivalent(*options.from, *options.output, ignored))
    throw Error(ErrorKind::usage, {"the run would write over the model that it starts from", "--from --output",
                                   "give --output another folder"});
}

void check_frozen(const TrainOptions& options) {
  if (!options.freeze) return;
  if (*options.freeze < 1) throw Error(ErrorKind::usage, {"it is a number of layers", "--freeze", "1 or more"});
  if (options.lora_r || options.head != kTransformersHead || (options.train.given && options.train.value != "all"))
    throw Error(ErrorKind::usage,
                {"what is trained is said twice", "--freeze", "leave --train, --lora-r and --head away"});
}

train::Start start_of(const TrainOptions& options) {
  if (options.resume && options.overwrite)
    throw Error(ErrorKind::usage, {"a run is gone on with or started over, not both", "--resume --overwrite", {}});
  if (options.resume) return train::Start::resume;
  return options.overwrite ? train::Start::replace : train::Start::fresh;
}

}  // namespace

Options with_recipe(const Options& options) {
  const std::vector<OptionSpec> table = option_table<TrainOptions>();
  const std::vector<std::string> words = bound<TrainOptions>(options).objective;
  const auto is_recipe = [](const std::string& word) { return word.ends_with(".toml"); };
  const std::size_t recipes = static_cast<std::size_t>(std::count_if(words.begin(), words.end(), is_recipe));
  if (words.empty() || recipes > 1 || words.size() - recipes > 1)
    throw Error(
        ErrorKind::usage,
        {"name one objective or one recipe, or both", {}, "for example: groel train mlm --data F.fasta --output DIR"});
  json values = json::object();
  for (const std::string& word : words)
    if (is_recipe(word)) values = train::read_recipe(word, table);
  for (const auto& [name, value] : options.given().items())
    if (name != "objective") values[name] = value;
  for (const std::string& word : words)
    if (!is_recipe(word)) values["objective"] = {word};
  if (!values.contains("objective")) values["objective"] = "mlm";
  const Options merged(table, values, options.settings());
  const std::string objective = bound<TrainOptions>(merged).objective.at(0);
  const auto& verbs = train_verbs();
  if (std::none_of(verbs.begin(), verbs.end(), [&](const Verb& verb) { return verb.name == objective; }))
    throw Error(ErrorKind::usage,
                {fmt::format("there is no objective '{}'", objective),
                 {},
                 "mlm, clm, classify, residues, pairs, prompts, or a recipe whose name ends in .toml"});
  return merged;
}

train::LabelColumns label_columns(const LabelColumnOptions& options) {
  return {options.sequence_column, options.label_column, options.split_column, parse_gaps(options.gaps),
          options.mask_column};
}

TrainPlan train_plan(const TrainOptions& options) {
  const bool prompts = objective_of(options) == Objective::prompts;
  if (options.data.empty() && !prompts) throw Error(ErrorKind::usage, {"data is missing", "--data", {}});
  if (!options.output) throw Error(ErrorKind::usage, {"output is missing", "--output", {}});
  check_folders(options);
  check_frozen(options);
  if (options.batch_size && *options.batch_size < 1)
    throw Error(ErrorKind::usage, {"a batch has a sequence at least", "--batch-size", "1 or more"});
  if (options.valid_fraction > 0 && !options.valid.empty())
    throw Error(ErrorKind::usage, {"what is held out is said twice", "--valid --valid-fraction", "give one of them"});
  return {.objective = objective_of(options),
          .labels = label_plan(options),
          .prompts = prompts ? prompt_plan(options) : PromptPlan{},
          .data = options.data,
          .valid = options.valid,
          .valid_fraction = options.valid_fraction,
          .filter = {.shortest = options.min_length, .gaps = parse_gaps(options.gaps)},
          .batches = batch_options(options),
          .batch_tokens_by_data = !options.batch_tokens.has_value() && !options.batch_size.has_value(),
          .length_by_data = length_by_data(options),
          .trainer = trainer_options(options),
          .start = start_of(options),
          .precision = engine::parse_precision(options.dtype),
          .trained = prompts && !options.train.given ? "prompts" : options.train.value,
          .freeze = options.freeze.value_or(0),
          .form = options.form,
          .head = head_plan(options),
          .lora = lora_of(options),
          .lora_targets_named = options.lora_targets.given,
          .merge = options.merge,
          .recompute = options.checkpointing ? models::Recompute::blocks : models::Recompute::none,
          .report = options.report != "none",
          .scores_alone = options.report == "scores",
          .test = options.test,
          .test_data = options.test_data,
          .label_names = options.label_names,
          .memory = options.memory,
          .cache_limit = options.cache_limit,
          .cost_alone = options.cost};
}

models::TrainingPlan training_plan(const TrainPlan& plan, const checkpoints::Checkpoint& weights) {
  models::TrainingPlan out;
  out.precision = plan.precision;
  out.recompute = plan.recompute;
  out.lora = plan.lora;
  if (out.lora && !plan.lora_targets_named) out.lora->targets = weights.family->lora_targets;
  if (plan.lora || plan.trained == "heads") out.trained = train::is_head;
  if (plan.objective == Objective::prompts) {
    if (plan.lora || plan.trained == "prompts")
      out.trained = [](const nn::Parameter& p) {
        return checkpoints::is_of_prompts(p.name) || p.name.starts_with(train::kTaskHeads);
      };
    if (plan.lora || plan.trained == "prompts" || plan.trained == "all") return out;
    throw Error(ErrorKind::usage, {fmt::format("'{}' is not what prompts can be trained with", plan.trained), "--train",
                                   "prompts or all"});
  }
  if (plan.lora && !learns_labels(plan.objective)) out.trained = [](const nn::Parameter&) { return false; };
  const std::int64_t layers =
      plan.freeze > 0 || plan.trained.starts_with("last:") ? checkpoints::build_model(weights)->info().layers : 0;
  if (plan.freeze > layers)
    throw Error(ErrorKind::usage, {fmt::format("the model has {}", counted(layers, "layer")), "--freeze",
                                   fmt::format("from 1 to {}", layers)});
  if (plan.freeze > 0)
    out.trained = [layers = static_cast<int>(plan.freeze)](const nn::Parameter& p) {
      return p.place.block < 0 || p.place.block >= layers;
    };
  if (plan.lora || plan.trained == "heads" || plan.trained == "all") return out;
  std::int64_t last = 0;
  const std::string_view number = std::string_view(plan.trained).substr(plan.trained.starts_with("last:") ? 5 : 0);
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), last);
  if (!plan.trained.starts_with("last:") || error != std::errc() || stop != number.data() + number.size() || last < 1 ||
      last > layers)
    throw Error(ErrorKind::usage, {fmt::format("'{}' is not a part of the model", plan.trained), "--train",
                                   fmt::format("all, heads, or last:N with N from 1 to {}", layers)});
  out.trained = [from = static_cast<int>(layers - last)](const nn::Parameter& p) { return p.place.block >= from; };
  return out;
}

}  // namespace groel::tasks
