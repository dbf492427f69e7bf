// The folder that a task writes a model to.
#pragma once

#include <string>

#include "tasks/reading/output_name.h"

namespace groel::tasks {

/// Refuses, before anything is computed, a folder that exists already, unless it may be replaced and is that of a
/// model: no other folder is ever replaced. Errors: usage.
void check_model_folder(const std::string& folder, Standing standing);

}  // namespace groel::tasks
