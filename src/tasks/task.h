// A task is one command of GroEL, with the options, help and examples that every front end shows for it.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/option_binder.h"
#include "base/progress.h"
#include "engine/session.h"

namespace groel::tasks {

/// What is done about a model of the hub that is not on this machine.
struct Downloads {
  bool wanted = false;                                     ///< it is downloaded: --pull
  std::function<bool(const std::string& question)> ask{};  ///< somebody who can say so; none: nobody is there
};

struct Context {
  std::ostream& out;  ///< data for people or programs (stdout); messages go to the sink
  Sink& sink;
  engine::Session* session = nullptr;  ///< that the task works in; none: run_task makes one, with --threads
  Downloads downloads{};
};

struct Example {
  std::string_view command;  ///< runs as written from the project's folder
  std::string_view what;
};

/// What the first word after a task's name may be, where that decides what the task does.
struct Verb {
  std::string_view name;     ///< "classify"
  std::string_view summary;  ///< one line
  std::string_view alias{};  ///< what it was called
};

struct Task {
  std::string_view name;     ///< "embed"
  std::string_view summary;  ///< one line
  std::string_view description;
  std::vector<Example> examples;
  std::vector<OptionSpec> options;
  /// Exit status: 0, or 1 when it finished but some records failed. Errors are thrown. See `entry`.
  int (*run)(const Options& options, Context& context);
  std::vector<Verb> verbs{};                    ///< the first word is one of these; none: it is an input like any other
  Options (*complete)(const Options& given){};  ///< adds what a file says that they name: a recipe
  /// The words of a command line as ours, of a task that takes another program's flags as well.
  std::vector<std::string> (*respell)(const std::vector<std::string>& words){};
  /// Whether ranks that MPI has started share the work; null: in no form, and all ranks but one are refused, as each
  /// would write the same output.
  bool (*shared)(const Options& options){};
};

/// For `Task::shared`: ranks share it in every form.
inline bool always_shared(const Options&) { return true; }
/// The same, of a function that takes its struct of options.
template <class T, bool (*shares)(const T&)>
bool shared_where(const Options& options) {
  return shares(bound<T>(options));
}

/// A task's call, of a function that takes its struct of options.
template <class T, int (*run)(const T&, Context&)>
int entry(const Options& options, Context& context) {
  return run(bound<T>(options), context);
}

/// Every task, in the order of tasks.inc.
const std::vector<Task>& tasks();

/// Runs a task as every front end should. Before it: what the first word does not go with is refused, since it would be
/// passed over without a message, its outputs are checked (see reading/outputs.h), and it gets a session of its own. At
/// the end several outputs get their names together. Options that the library speaks of (see reading/flags.h) become
/// flags in whatever is said. -> the exit status.
int run_task(const Task& task, const Options& given, Context& context);

/// The old names of verbs, for the option that takes them.
std::vector<std::pair<std::string, std::string>> renamed_verbs(const std::vector<Verb>& verbs);

}  // namespace groel::tasks
