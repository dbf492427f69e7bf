// A task: one job of GroEL's, with the options, help and examples that every front end shows for it.
#pragma once

#include <ostream>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "base/progress.h"

namespace groel::tasks {

struct Context {
  std::ostream& out;  ///< data for people or programs (stdout); talk goes to the sink
  Sink& sink;
};

struct Example {
  std::string_view command;  ///< runs as written from the project's folder
  std::string_view what;
};

/// What the first word after a task's name may be, where that decides what the task does.
struct Verb {
  std::string_view name;     ///< "classify"
  std::string_view summary;  ///< one line
};

struct Task {
  std::string_view name;     ///< "embed"
  std::string_view summary;  ///< one line
  std::string_view description;
  std::vector<Example> examples;
  std::vector<OptionSpec> options;
  /// Exit status: 0, or 1 when it finished but some records failed. Errors are thrown.
  int (*run)(const Options& options, Context& context);
  std::vector<Verb> verbs{};  ///< the first word is one of these; none: it is an input like any other
};

/// Every task, in the order of tasks.inc.
const std::vector<Task>& tasks();

/// Runs a task as every front end should: its outputs are checked before (see reading/outputs.h), and several of them
/// get their names together at the end. -> the exit status.
int run_task(const Task& task, const Options& options, Context& context);

/// Options that several tasks share.
OptionSpec model_option();
OptionSpec threads_option();
OptionSpec json_option();
OptionSpec dtype_option();

/// Refuses options that were given and that do not go with the verb: they would be passed over in silence. Errors:
/// usage.
void check_verb(std::string_view task, const std::vector<OptionSpec>& table, const std::string& verb,
                const Options& options);

/// Sets the number of threads from `--threads`.
void apply_threads(const Options& options);

}  // namespace groel::tasks
