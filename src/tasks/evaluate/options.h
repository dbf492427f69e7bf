// The options of groel evaluate.
#pragma once

#include "tasks/train/options.h"

namespace groel::tasks {

struct EvaluateOptions : ModelOptions, LabelColumnOptions, ThreadOptions {
  std::vector<std::string> objective;
  std::vector<std::string> data;
  double mask_fraction = 0;
  std::int64_t seed = 0;
  std::int64_t max_length = 0;
  std::int64_t batch_tokens = 0;
  bool per_residue = false;
  std::vector<std::string> split;
  bool json = false;

  void declare(OptionBinder& to);
};

/// What can be evaluated.
const std::vector<Verb>& evaluate_verbs();

}  // namespace groel::tasks
