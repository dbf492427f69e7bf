// From options to what the library takes.
#include "tasks/train/plan.h"

#include <charconv>

#include "checkpoints/initial.h"
#include "checkpoints/load.h"
#include "engine/precision.h"
#include "tasks/reading/input.h"
#include "tasks/reading/model.h"
#include "train/objectives.h"
#include "train/recipe.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

// The family and the size that a new model is asked for.
json new_config(const Options& options) {
  const models::Family* family = &models::family_named(options.text("family"));
  models::ModelShape shape;
  const bool any_shape = options.given().contains("family") && !options.given().contains("shape");
  for (const models::Family& one : models::families())
    for (const models::NamedShape& known : one.shapes)
      if (!any_shape && options.text("shape") == known.name) {
        shape = known.shape;
        family = &one;
      }
  if (options.given().contains("family") && options.text("family") != family->name)
    throw Error(ErrorKind::usage, {fmt::format("{} is a shape of {}, not of {}", options.text("shape"), family->name,
                                               options.text("family")),
                                   "--shape --family", "leave one of them out"});
  if (options.has("layers")) shape.layers = options.integer("layers");
  if (options.has("width")) shape.width = options.integer("width");
  if (options.has("heads")) shape.heads = options.integer("heads");
  json config = family->configure(shape);
  if (options.has("initial-deviation")) {
    const double deviation = options.number("initial-deviation");
    if (!(deviation > 0 && deviation <= 1))
      throw Error(ErrorKind::usage, {"a deviation lies above 0, up to 1", "--initial-deviation", "0.02 is usual"});
    config["initializer_range"] = deviation;
  }
  return config;
}

checkpoints::InitialOptions initial_options(const Options& options) {
  return {static_cast<std::uint64_t>(options.integer("seed")), options.text("initial-heads") == "neighbours"
                                                                   ? checkpoints::InitialHeads::neighbours
                                                                   : checkpoints::InitialHeads::anywhere};
}

// What a checkpoint keeps of the options: all that may change its numbers.
json kept_options(const Options& options) {
  json kept = options.json();
  for (const char* name : {"out", "resume", "overwrite", "threads", "json"}) kept.erase(name);
  return kept;
}

// New weights go far, those of a pre-trained trunk must not.
double learning_rate(const Options& options) {
  if (options.has("learning-rate")) return options.number("learning-rate");
  const bool new_weights_alone = options.has("lora-r") || options.text("train") == "heads";
  return options.has("from") && !new_weights_alone ? 5e-5 : 1e-3;
}

double momentum(const Options& options, train::OptimizerKind kind) {
  if (options.has("momentum")) return options.number("momentum");
  return kind == train::OptimizerKind::muon ? 0.95 : 0.9;
}

constexpr std::int64_t kDefaultEpochs = 3;  // before the data are known
constexpr std::int64_t kDefaultBatchTokens = 4096;

bool length_by_data(const Options& options) {
  return !options.has("steps") && !options.has("epochs") && !options.has("minutes");
}

train::RunLength run_length(const Options& options) {
  train::RunLength length;
  const auto positive = [&](const char* name) {
    if (options.number(name) <= 0)
      throw Error(ErrorKind::usage, {"a run's length is above 0", fmt::format("--{}", name), {}});
    return true;
  };
  if (options.has("steps") && positive("steps")) length.steps = options.integer("steps");
  if (options.has("epochs") && positive("epochs")) length.epochs = options.integer("epochs");
  if (options.has("minutes") && positive("minutes")) length.minutes = options.number("minutes");
  if (length.steps == 0 && length.epochs == 0 && length.minutes == 0) length.epochs = kDefaultEpochs;
  return length;
}

train::TrainerOptions trainer_options(const Options& options) {
  train::TrainerOptions t;
  t.folder = options.text("out");
  t.length = run_length(options);
  t.accumulate = options.integer("accumulate");
  t.clip = options.number("clip");
  t.warmup = options.number("warmup");
  // A part of a run whose steps are not known: none.
  if (!options.given().contains("warmup") && t.length.steps == 0 && t.length.epochs == 0) t.warmup = 0;
  t.schedule = {.kind = train::parse_schedule(options.text("schedule")),
                .rate = learning_rate(options),
                .floor = options.number("floor")};
  const train::OptimizerKind optimizer = train::parse_optimizer(options.text("optimizer"));
  t.optimizer = {.kind = optimizer,
                 .beta1 = options.number("beta1"),
                 .beta2 = options.number("beta2"),
                 .epsilon = options.number("epsilon"),
                 .momentum = momentum(options, optimizer),
                 .weight_decay = options.number("weight-decay")};
  t.evaluation = {.every = options.integer("eval-every"),
                  .metric = options.text("metric"),
                  .patience = options.integer("patience"),
                  .smallest_gain = options.number("min-gain")};
  t.saving = {.every = options.integer("save-every"),
              .total_limit = options.integer("save-total-limit"),
              .final_model = options.text("keep") == "best" ? train::FinalModel::best : train::FinalModel::last};
  t.log_every = options.integer("log-every");
  t.recipe = kept_options(options);
  return t;
}

Objective objective_of(const Options& options) {
  const std::string word = options.list("objective").at(0);
  if (word == "classify") return Objective::classify;
  return word == "tokens" ? Objective::tokens : Objective::mlm;
}

// Signals stand at a protein's start more often than in its middle; and a piece that stays is computed once.
std::string crop_of(const Options& options) {
  const bool labels = objective_of(options) != Objective::mlm;
  return labels && !options.given().contains("crop") ? "start" : options.text("crop");
}

LabelPlan label_plan(const Options& options) {
  LabelPlan plan;
  plan.columns = label_columns(options);
  plan.options = {objective_of(options) == Objective::tokens ? models::LabelOf::token : models::LabelOf::sequence,
                  options.text("problem"), options.list("classes"), options.text("unlabelled"),
                  options.text("pooling") == "cls" ? models::Pooling::cls : models::Pooling::mean};
  plan.pooling_given = options.given().contains("pooling");
  const auto named = options.list("valid-split");
  plan.held_out = {named.begin(), named.end()};
  if (named.empty()) plan.held_out = {"valid", "validation", "val", "dev"};
  if (!plan.columns.split.empty() && options.number("valid-fraction") > 0)
    throw Error(ErrorKind::usage,
                {"what is held out is said twice", "--split-column --valid-fraction", "give one of them"});
  if (!plan.columns.split.empty() && !options.list("valid").empty())
    throw Error(ErrorKind::usage, {"what is held out is said twice", "--split-column --valid", "give one of them"});
  return plan;
}

std::optional<nn::LoraOptions> lora_of(const Options& options) {
  if (!options.has("lora-r")) {
    for (const char* name : {"lora-alpha", "lora-dropout", "lora-targets", "merge"})
      if (options.given().contains(name))
        throw Error(ErrorKind::usage, {"there are no adapters", fmt::format("--{}", name), "ask for them: --lora-r 8"});
    return std::nullopt;
  }
  const double dropout = options.number("lora-dropout");
  if (!(dropout >= 0 && dropout < 1)) throw Error(ErrorKind::usage, {"dropout lies in [0, 1)", "--lora-dropout", {}});
  if (options.given().contains("train"))
    throw Error(ErrorKind::usage, {"adapters are trained with the head, and nothing else", "--train --lora-r", {}});
  if (!options.has("from")) throw Error(ErrorKind::usage, {"adapters belong to a model: name it", "--from", {}});
  return nn::LoraOptions{options.integer("lora-r"), options.number("lora-alpha"), options.list("lora-targets"),
                         static_cast<std::uint64_t>(options.integer("seed")), dropout};
}

train::MlmDataOptions batch_options(const Options& options) {
  const auto seed = static_cast<std::uint64_t>(options.integer("seed"));
  return {.seed = seed,
          .batch_tokens = options.has("batch-tokens") ? options.integer("batch-tokens") : kDefaultBatchTokens,
          .max_residues = options.integer("max-length"),
          .crop = train::parse_crop(crop_of(options)),
          .masking = {.style = train::parse_masking(options.text("masking")),
                      .fraction = options.number("mask-fraction"),
                      .seed = seed}};
}

void check_folders(const Options& options) {
  std::error_code ignored;
  if (options.has("from") && std::filesystem::equivalent(options.text("from"), options.text("out"), ignored))
    throw Error(ErrorKind::usage, {"the run would write over the model that it starts from", "--from --out",
                                   "give --out another folder"});
}

train::Start start_of(const Options& options) {
  if (options.flag("resume") && options.flag("overwrite"))
    throw Error(ErrorKind::usage, {"a run is gone on with or started over, not both", "--resume --overwrite", {}});
  if (options.flag("resume")) return train::Start::resume;
  return options.flag("overwrite") ? train::Start::replace : train::Start::fresh;
}

}  // namespace

Options with_recipe(const Options& options) {
  const std::vector<std::string> words = options.list("objective");
  if (words.size() != 1)
    throw Error(ErrorKind::usage,
                {"name one objective or one recipe", {}, "for example: groel train mlm --data F.fasta --out DIR"});
  json values = json::object();
  if (words[0].ends_with(".toml")) values = train::read_recipe(words[0], train_options());
  for (const auto& [name, value] : options.given().items())
    if (name != "objective" || !words[0].ends_with(".toml")) values[name] = value;
  if (!values.contains("objective")) values["objective"] = "mlm";
  const Options merged(train_options(), values);
  const std::string objective = merged.list("objective").at(0);
  if (objective != "mlm" && objective != "classify" && objective != "tokens")
    throw Error(ErrorKind::usage, {fmt::format("there is no objective '{}'", objective),
                                   {},
                                   "mlm, classify, tokens, or a recipe whose name ends in .toml"});
  return merged;
}

train::LabelColumns label_columns(const Options& options) {
  return {options.text("sequence-column"), options.list("label-column"), options.text("split-column"),
          gaps_of(options)};
}

TrainPlan train_plan(const Options& options) {
  for (const char* name : {"data", "out"})
    if (!options.has(name))
      throw Error(ErrorKind::usage, {fmt::format("{} is missing", name), fmt::format("--{}", name), {}});
  check_verb("train", train_options(), options.list("objective").at(0), options);
  check_folders(options);
  if (options.number("valid-fraction") > 0 && !options.list("valid").empty())
    throw Error(ErrorKind::usage, {"what is held out is said twice", "--valid --valid-fraction", "give one of them"});
  return {.objective = objective_of(options),
          .labels = label_plan(options),
          .data = options.list("data"),
          .valid = options.list("valid"),
          .valid_fraction = options.number("valid-fraction"),
          .filter = {.shortest = options.integer("min-length"), .gaps = gaps_of(options)},
          .batches = batch_options(options),
          .batch_tokens_by_data = !options.has("batch-tokens"),
          .length_by_data = length_by_data(options),
          .trainer = trainer_options(options),
          .start = start_of(options),
          .precision = engine::parse_precision(options.text("dtype")),
          .trained = options.text("train"),
          .lora = lora_of(options),
          .lora_targets_named = options.given().contains("lora-targets"),
          .merge = options.flag("merge"),
          .recompute = options.flag("checkpointing") ? models::Recompute::blocks : models::Recompute::none,
          .memory = options.bytes("memory"),
          .cache_limit = options.bytes("cache-limit").value()};
}

models::TrainingPlan training_plan(const TrainPlan& plan, const checkpoints::Checkpoint& weights) {
  models::TrainingPlan out;
  out.precision = plan.precision;
  out.recompute = plan.recompute;
  out.lora = plan.lora;
  if (out.lora && !plan.lora_targets_named) out.lora->targets = weights.family->lora_targets;
  if (plan.lora || plan.trained == "heads") out.trained = train::is_head;
  if (plan.lora && plan.objective == Objective::mlm) out.trained = [](const nn::Parameter&) { return false; };
  if (plan.lora || plan.trained == "heads" || plan.trained == "all") return out;
  const std::int64_t layers = checkpoints::build_model(weights)->info().layers;
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

checkpoints::Checkpoint starting_weights(const Options& options, Sink& sink) {
  for (const char* name : {"family", "shape", "layers", "width", "heads", "initial-heads", "initial-deviation"})
    if (options.has("from") && options.given().contains(name))
      throw Error(ErrorKind::usage, {"--from brings its own shape", fmt::format("--{}", name), {}});
  checkpoints::Checkpoint checkpoint =
      options.has("from") ? checkpoints::read_checkpoint(find_model(options.text("from"), sink))
                          : checkpoints::initial_checkpoint(new_config(options), initial_options(options));
  if (options.has("dropout")) {
    const double dropout = options.number("dropout");
    if (!(dropout >= 0 && dropout < 1)) throw Error(ErrorKind::usage, {"dropout lies in [0, 1)", "--dropout", {}});
    checkpoint.config["hidden_dropout_prob"] = dropout;
    checkpoint.config["attention_probs_dropout_prob"] = 0.0;  // not trained with
  }
  return checkpoint;
}

}  // namespace groel::tasks
