// The options of groel project.
#pragma once

#include "tasks/reading/options.h"

namespace groel::tasks {

struct ProjectOptions : OutputOptions, ThreadOptions {
  std::vector<std::string> input;
  std::string column;
  std::string method;
  std::string metric;
  double perplexity = 0;
  std::int64_t iterations = 0;
  double angle = 0;
  std::string start;
  std::int64_t dimensions = 0;
  std::int64_t seed = 0;
  std::optional<std::string> table;
  std::string id_column;
  std::optional<std::string> colour_by;
  std::string colour_as;
  bool json = false;

  void declare(OptionBinder& to);
};

}  // namespace groel::tasks
