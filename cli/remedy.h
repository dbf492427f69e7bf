// Advice in error messages, adapted to the command that was given.
#pragma once

#include <string>
#include <vector>

#include "tasks/task.h"

namespace groel::cli {

/// A remedy without those of its alternatives ("a, or b", "a; b") that ask for an option which the command lacks, or
/// for a switch that was given already.
std::string fitting_remedy(const std::string& remedy, const tasks::Task& task,
                           const std::vector<std::string>& arguments);

}  // namespace groel::cli
