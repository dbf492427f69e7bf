// The options of `groel train prompts`: which prompts are new, and what they are to learn.
#pragma once

#include <string>
#include <vector>

#include "base/option_binder.h"
#include "nn/prompts.h"
#include "train/prompt_trainee.h"

namespace groel::tasks {

struct PromptOptions {
  std::vector<std::string> prompts;
  std::string prompts_see;
  bool prompt_gates = false;
  std::vector<std::string> task;

  void declare(OptionBinder& to);
};

/// One task, as the options or a table [task.NAME] of a recipe have it.
struct PromptTaskPlan {
  train::PromptTask task;
  std::vector<std::string> data, valid;
  double valid_fraction = 0;
  double rate = 1;
  std::vector<std::string> sequences;      ///< of pairs: where their sequences are
  std::vector<std::string> id_columns;     ///< two; empty: as such tables usually have them
  std::vector<std::string> label_columns;  ///< likewise
};

struct PromptPlan {
  nn::PromptShape shape{};  ///< of new prompts
  std::vector<PromptTaskPlan> tasks{};
};

/// Errors: usage, naming the option and the field.
PromptPlan prompt_plan(const PromptOptions& options);

}  // namespace groel::tasks
