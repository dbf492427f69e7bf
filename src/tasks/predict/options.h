// The options of groel predict.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tasks/pairs/options.h"
#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct PredictOptions : ModelOptions, ThreadOptions, BatchOptions {
  std::vector<std::string> input;
  std::string id_column, sequence_column, gaps;
  PairInputOptions pairs;
  bool all_labels = false;
  std::int64_t top = 0;
  Chosen<std::string> residues;
  std::string longer, names;
  std::optional<double> threshold;
  std::optional<std::string> output;
  std::string format;
  bool resume = false, overwrite = false;
  bool json = false;

  void declare(OptionBinder& to);
};

}  // namespace groel::tasks
