// What a call of groel train asks for, from flags and recipe.
#pragma once

#include <string>
#include <vector>

#include "base/options.h"
#include "engine/checkpoint.h"
#include "ops/linear.h"
#include "train/mlm_data.h"
#include "train/trainer.h"

namespace groel::tasks {

/// The one table of options, for flags and recipes.
const std::vector<OptionSpec>& train_options();

/// The options with those of the recipe that the first word names; flags win. Errors: usage, as train::read_recipe.
Options with_recipe(const Options& options);

struct TrainPlan {
  std::vector<std::string> data, valid;
  double valid_fraction = 0;
  train::LengthFilter filter{};
  train::MlmDataOptions batches{};
  train::TrainerOptions trainer{};
  train::Start start = train::Start::fresh;
  ops::Precision precision = ops::Precision::f32;
};

/// Errors: usage, naming the option.
TrainPlan train_plan(const Options& options);

/// The weights to start from: those of --from, or new ones of the shape asked for.
engine::Checkpoint starting_weights(const Options& options);

}  // namespace groel::tasks
