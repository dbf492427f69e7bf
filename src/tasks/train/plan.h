// What a call of groel train asks for, from flags and recipe.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "checkpoints/checkpoint.h"
#include "models/training_plan.h"
#include "tasks/train/head_plan.h"
#include "tasks/train/options.h"
#include "tasks/train/prompt_options.h"
#include "train/labels.h"
#include "train/mlm_data.h"
#include "train/trainer.h"

namespace groel::tasks {

/// The options with those of the recipe that the first word names; flags win. Errors: usage, as train::read_recipe.
Options with_recipe(const Options& options);

/// What the first word asks for.
enum class Objective { mlm, clm, classify, residues, prompts };
/// Whether it learns labels; the others learn sequences themselves.
constexpr bool learns_labels(Objective objective) {
  return objective == Objective::classify || objective == Objective::residues;
}

struct LabelPlan {
  train::LabelColumns columns{};
  train::LabelOptions options{};
  bool pooling_given = false;
  bool held_out_named = false;  ///< by --valid-split: each must be there
  std::set<std::string> held_out;
};

struct TrainPlan {
  Objective objective = Objective::mlm;
  LabelPlan labels{};
  PromptPlan prompts{};
  std::vector<std::string> data, valid;
  double valid_fraction = 0;
  train::LengthFilter filter{};
  train::MlmDataOptions batches{};
  bool batch_tokens_by_data = false;  ///< nobody has said how large a batch is
  bool length_by_data = false;        ///< nor how long the run
  train::TrainerOptions trainer{};
  train::Start start = train::Start::fresh;
  ops::Precision precision = ops::Precision::f32;
  std::string trained = "all";     ///< "heads", "last:N"
  std::int64_t freeze = 0;         ///< of "all": the first layers that are not
  std::string form = "document";   ///< of text that causal models read
  std::optional<HeadPlan> head{};  ///< of its own; none: the model's
  std::optional<nn::LoraOptions> lora;
  bool lora_targets_named = false;  ///< else they are those that the family names
  bool merge = false;
  models::Recompute recompute = models::Recompute::none;
  bool report = true;                  ///< the predictor is judged, and its report written
  bool scores_alone = false;           ///< judged without baselines, intervals and report
  bool test = false;                   ///< on the rows of the test split, too
  std::vector<std::string> test_data;  ///< where they are, if not in `data`
  std::string label_names;             ///< file of what labels are called, for the report
  std::optional<std::size_t> memory;
  std::size_t cache_limit = 0;
  bool cost_alone = false;  ///< say what it would take, and stop
};

/// The columns that the options name.
train::LabelColumns label_columns(const LabelColumnOptions& options);

/// Errors: usage, naming the option.
TrainPlan train_plan(const TrainOptions& options);

/// What the library is to train of that checkpoint. Errors: usage.
models::TrainingPlan training_plan(const TrainPlan& plan, const checkpoints::Checkpoint& weights);

/// Refuses options that are given and go with nothing here; `why` lacks its place, which is their flag. Errors: usage.
void refuse_given(const std::vector<std::pair<bool, const char*>>& options, Error::Parts why);

/// Small models are trained whole, large ones by adapters, where nobody has said which: of few parameters adapters save
/// nothing and learn no better (Schmirler et al. 2024).
void choose_what_is_trained(const TrainOptions& options, const checkpoints::Checkpoint& weights, TrainPlan& plan,
                            Sink& sink);

/// The weights to start from: those of --from, or new ones of the shape asked for.
checkpoints::Checkpoint starting_weights(const TrainOptions& options, Sink& sink);

}  // namespace groel::tasks
