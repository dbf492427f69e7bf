// The table of tasks and the options they share.
#include <algorithm>

#include "base/atomic_file.h"
#include "base/threads.h"
#include "checkpoints/bundled.h"
#include "engine/precision.h"
#include "tasks/reading/outputs.h"
#include "tasks/task.h"

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

int run_task(const Task& task, const Options& options, Context& context) {
  check_outputs(task.options, options, context.sink);
  const auto draws = [](const OptionSpec& spec) { return spec.writes == Writes::picture; };
  if (std::none_of(task.options.begin(), task.options.end(), draws)) return task.run(options, context);
  JointCommit outputs;  // a table and its picture
  const int status = task.run(options, context);
  outputs.publish();
  return status;
}

OptionSpec model_option() {
  return {.name = "model",
          .letter = 'm',
          .help = "Model: a name that `groel models` lists, a Hugging Face folder, or a fair-esm .pt file",
          .otherwise = checkpoints::bundled_models().front().name,
          .value_name = "MODEL"};
}

OptionSpec threads_option() {
  return {.name = "threads",
          .letter = 't',
          .type = OptionType::integer,
          .help = "Threads to use; 0: every core this process may run on",
          .otherwise = 0,
          .value_name = "N",
          .group = kPerformance};
}

OptionSpec json_option() {
  return {.name = "json", .type = OptionType::flag, .help = "Print JSON instead of text", .group = kOutput};
}

OptionSpec dtype_option() {
  return {.name = "dtype",
          .type = OptionType::choice,
          .help =
              "Precision of the products: f32 gives the reference's numbers on every machine; bf16 is faster where "
              "the processor has bf16 products, with about 3 digits; f32x3 makes products of several in bf16, with "
              "about 5 digits, where that is faster than f32 (processors with AMX), and is f32 elsewhere",
          .otherwise = "f32",
          .choices = engine::precision_names(),
          .group = kPerformance};
}

void check_verb(std::string_view task, const std::vector<OptionSpec>& table, const std::string& verb,
                const Options& options) {
  for (const OptionSpec& spec : table)
    if (options.given().contains(spec.name) && !goes_with(spec, verb))
      throw Error(ErrorKind::usage, {fmt::format("this is no option of `groel {} {}`", task, verb), "--" + spec.name,
                                     fmt::format("it goes with {}; leave it out here", listed(spec.verbs))});
}

void apply_threads(const Options& options) { set_num_threads(options.integer("threads")); }

}  // namespace groel::tasks
