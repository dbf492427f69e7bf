// The folder that a task writes a model to.
#pragma once

#include "base/options.h"

namespace groel::tasks {

/// Refuses, before anything is computed, a folder that stands already, unless --overwrite is given and it is that of a
/// model: no other folder is ever replaced. Errors: usage.
void check_model_folder(const std::string& folder, const Options& options);

}  // namespace groel::tasks
