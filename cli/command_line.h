// The command line, made from the tasks' option tables.
#pragma once

#include <string>
#include <vector>

#include "tasks/task.h"

namespace groel::cli {

/// What the arguments ask for.
struct Invocation {
  const tasks::Task* task = nullptr;  ///< null: `text` (help or version) is to be printed
  nlohmann::json given = nlohmann::json::object();
  std::string text;
  bool quiet = false;
  bool csv_guard = false;
  bool pull = false;  ///< models that are not here are downloaded
};

/// Errors: usage, saying what is meant: the nearest command or option for a misspelt one, ours for another program's.
Invocation parse(const std::vector<std::string>& arguments);

}  // namespace groel::cli
