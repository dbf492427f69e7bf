// The models that options name, and getting those that are not on this machine.
#pragma once

#include <string>
#include <vector>

#include "tasks/task.h"

namespace groel::tasks {

/// The values of --model and --from, and of what stands for them.
std::vector<std::string> named_models(const std::vector<OptionSpec>& table, const Options& options);

/// Downloads those of them that are not here: all where `context.downloads` wants that; a published one, too, when
/// there is somebody to ask and he agrees. What is not downloaded is left to the task to refuse. Errors: as
/// hub::pull_model.
void get_missing_models(const std::vector<OptionSpec>& table, const Options& options, Context& context);

}  // namespace groel::tasks
