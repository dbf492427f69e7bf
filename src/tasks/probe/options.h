// The options of groel probe, and its recipes.
#pragma once

#include <string>
#include <vector>

#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct ProbeOptions : ModelOptions, ThreadOptions {
  std::vector<std::string> input;
  std::vector<std::string> task;
  std::int64_t seeds = 5;
  std::int64_t seed = 42;
  bool control = false;
  std::string output;
  std::optional<std::string> picture, structure_output, plane;
  std::string chain;
  bool resume = false;
  bool overwrite = false;
  bool json = false;

  void declare(OptionBinder& to);
};

/// The options with those of the recipe that is named. Errors: usage, as train::read_recipe.
Options with_probe_recipe(const Options& options);

const std::vector<Verb>& probe_verbs();

}  // namespace groel::tasks
