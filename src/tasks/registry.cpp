// The table of tasks, and what is done before and after each.
#include <algorithm>
#include <optional>

#include "base/atomic_file.h"
#include "engine/session.h"
#include "tasks/reading/flags.h"
#include "tasks/reading/named_models.h"
#include "tasks/reading/options.h"
#include "tasks/reading/outputs.h"
#include "tasks/task.h"
#include "tasks/workers/run.h"

namespace groel::tasks {

#define GROEL_TASK(describe) Task describe();
#include "tasks/tasks.inc"
#undef GROEL_TASK

const std::vector<Task>& tasks() {
  static const std::vector<Task> all{
#define GROEL_TASK(describe) describe(),
#include "tasks/tasks.inc"
#undef GROEL_TASK
  };
  return all;
}

namespace {

// The verb among the words of the task's input; null: another word, which the task looks at.
const Verb* verb_of(const Task& task, const Options& options) {
  const auto input = std::find_if(task.options.begin(), task.options.end(),
                                  [](const OptionSpec& spec) { return spec.type == OptionType::paths; });
  if (input == task.options.end() || options.at(input->name).empty()) return nullptr;
  const auto word = options.at(input->name).front().get<std::string>();
  const auto verb = std::find_if(task.verbs.begin(), task.verbs.end(), [&](const Verb& v) { return v.name == word; });
  return verb == task.verbs.end() ? nullptr : &*verb;
}

void check_verb(const Task& task, const Options& options) {
  const Verb* verb = verb_of(task, options);
  if (verb == nullptr) return;
  for (const OptionSpec& spec : task.options)
    if (options.is_given(spec.name) && !goes_with(spec, std::string(verb->name)))
      throw Error(ErrorKind::usage,
                  {fmt::format("this is no option of `groel {} {}`", task.name, verb->name), "--" + spec.name,
                   fmt::format("it goes with {}; leave it out here", listed(spec.verbs))});
}

void tell_refused_threads(engine::Session& session) {
  if (const int refused = session.threads().refused(); refused > 0)
    session.sink().warning(fmt::format("the system refused {}: the work was done with {} (ulimit -u, ulimit -v)",
                                       counted(refused, "thread"), session.threads().threads()));
}

int run_with_outputs(const Task& task, const Options& options, Context& context) {
  const auto draws = [&](const OptionSpec& spec) { return spec.writes == Writes::picture && options.has(spec.name); };
  if (std::none_of(task.options.begin(), task.options.end(), draws)) return task.run(options, context);
  JointCommit outputs;  // a table and its picture
  const int status = task.run(options, context);
  outputs.publish();
  return status;
}

int run_checked(const Task& task, const Options& given, Context& context) {
  const Options options = task.complete != nullptr ? task.complete(given) : given;
  check_verb(task, options);
  get_missing_models(task.options, options, context);
  std::vector<std::string_view> verbs;
  for (const Verb& verb : task.verbs) verbs.insert(verbs.end(), {verb.name, verb.alias});
  check_outputs(task.options, verbs, options, context.sink);
  std::optional<engine::Session> own;
  if (context.session == nullptr)
    context.session =
        &own.emplace(engine::SessionSettings{.threads = threads_of(task, options), .sink = &context.sink});
  const engine::Session::Scope scope(*context.session);
  const int status = run_with_outputs(task, options, context);
  tell_refused_threads(*context.session);
  return status;
}

}  // namespace

int run_task(const Task& task, const Options& given, Context& context) {
  FlagSink sink(context.sink);
  Context inner{context.out, sink, context.session, context.downloads};
  try {
    return run_checked(task, given, inner);
  } catch (const Error& error) {
    throw with_flags(error);
  }
}

std::int64_t threads_of(const Task& task, const Options& options) {
  const std::string name = threads_option().name;
  for (const OptionSpec& spec : task.options)  // `groel bench` has a list of them
    if (spec.name == name && spec.type == OptionType::integer) return options.at(name).get<std::int64_t>();
  return 0;
}

std::vector<std::pair<std::string, std::string>> renamed_verbs(const std::vector<Verb>& verbs) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Verb& verb : verbs)
    if (!verb.alias.empty()) out.emplace_back(verb.alias, verb.name);
  return out;
}

}  // namespace groel::tasks
