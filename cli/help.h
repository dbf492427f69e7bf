// What `groel help` prints: pages made from the tasks' tables.
#pragma once

#include <string>

#include "tasks/task.h"

namespace groel::cli {

/// No line of a page is longer, but for examples, which are there to be copied.
inline constexpr std::size_t kHelpWidth = 100;

/// Every command, those that matter first before the others.
std::string help_page();

/// A command: what it does, its options in groups, examples. `verb`: of the options those that go with it; empty: all,
/// or for a command with verbs those that come first.
std::string help_page(const tasks::Task& task, const std::string& verb = {});

}  // namespace groel::cli
