// What `groel help` prints: pages made from the tasks' tables. Manual pages and completion use the same parts.
#pragma once

#include <string>

#include "tasks/task.h"

namespace groel::cli {

/// No line of a page is longer, but for examples, which are there to be copied.
inline constexpr std::size_t kHelpWidth = 100;

/// A switch that is no task's own.
struct GlobalOption {
  char letter;
  std::string_view name;
  std::string_view help;
};
inline constexpr GlobalOption kGlobalOptions[] = {
    {'h', "help", "shows the options of a command, with examples"},
    {'q', "quiet", "leaves only warnings and errors"},
    {'\0', "csv-guard", "defuses cells of tables that a spreadsheet would execute"},
    {'\0', "pull", "downloads models that are not on this machine, instead of asking or refusing"},
};

/// Every command, those that matter first before the others.
std::string help_page();

/// A command: what it does, its options in groups, examples. `verb`: of the options those that go with it; empty: all,
/// or for a command with verbs those that come first.
std::string help_page(const tasks::Task& task, const std::string& verb = {});

/// "groel embed INPUT [OPTIONS]".
std::string usage_of(const tasks::Task& task, const std::string& verb);

/// What is said of an option beside its names: help, choices, its value when not given.
std::string option_text(const OptionSpec& spec);

/// "FILE"; empty for a switch.
std::string value_name(const OptionSpec& spec);

}  // namespace groel::cli
