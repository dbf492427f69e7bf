// The options of groel search.
#pragma once

#include "tasks/reading/options.h"

namespace groel::tasks {

struct SearchOptions : OutputOptions, ThreadOptions {
  std::vector<std::string> input;
  std::string column;
  bool exact = false;
  std::optional<std::string> sequences;
  std::optional<std::vector<std::string>> ids;
  std::optional<std::string> embeddings;
  std::int64_t neighbours = 0;
  std::int64_t ef = 0;
  std::optional<std::int64_t> probes;
  std::string engine, shard;
  std::int64_t lists = 0, code_bytes = 0;
  std::optional<std::string> annotations;
  std::string id_column;
  std::string label_column;
  std::string gaps, dtype;
  std::optional<std::string> model;
  bool json = false;

  void declare(OptionBinder& to);
};

}  // namespace groel::tasks
