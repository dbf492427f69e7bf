// The options of groel generate.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tasks/reading/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct GenerateOptions : ModelOptions, ThreadOptions {
  std::optional<std::string> prompt;
  std::vector<std::string> prompts;
  std::string prompt_column, id_column;
  std::int64_t number = 1;
  std::optional<std::string> output;
  bool greedy = false;
  // How tokens are drawn
  std::optional<double> temperature, top_p, min_p, typical_p, repetition_penalty;
  std::optional<std::int64_t> top_k;
  std::int64_t no_repeat_ngram = 0, seed = 0;
  // How long, and of what
  std::optional<std::int64_t> max_new_tokens, min_new_tokens, window;
  std::optional<std::string> length;
  bool ignore_eos = false;
  std::string forbid, require;
  // Which are kept
  bool standard = false, unique = false;
  std::optional<double> max_perplexity;
  std::optional<std::int64_t> best;
  std::int64_t tries = 0;
  // What is said of them
  std::vector<std::string> judge;
  std::string judge_by;
  std::optional<std::string> report;
  std::string format;
  bool resume = false, overwrite = false;
  std::int64_t batch = 0;
  std::string cache;
  bool json = false;

  void declare(OptionBinder& to);
};

}  // namespace groel::tasks
