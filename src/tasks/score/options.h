// The options of groel score.
#pragma once

#include "tasks/reading/options.h"

namespace groel::tasks {

struct ScoreOptions : SequenceOptions, OutputOptions, MaskedScanOptions, ThreadOptions {
  std::optional<std::string> variants;
  bool scan = false;
  std::optional<std::string> mutation_column;
  std::optional<std::string> sequence_column;
  std::optional<std::string> target_column;
  std::optional<double> target_threshold;
  std::int64_t offset = 0;
  Chosen<std::string> method;
  std::string show;
  Chosen<std::vector<std::string>> model;
  std::string dtype;
  std::string weights;
  std::vector<std::string> prompt;
  bool json = false;

  bool names_columns() const { return mutation_column || sequence_column || target_column; }
  void declare(OptionBinder& to);
};

}  // namespace groel::tasks
