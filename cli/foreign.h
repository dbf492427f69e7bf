// Names in other programs for protein models: their flags, values and commands, and what GroEL has instead.
#pragma once

#include <string>
#include <string_view>

#include "tasks/task.h"

namespace groel::cli {

/// What to do about a flag that the command lacks ("--lr"; underscores are read as dashes): ours of the same meaning,
/// why there is none, the command that has it, or the nearest name. Never empty.
std::string flag_remedy(const tasks::Task& task, const std::string& flag);

/// The choice that a foreign value stands for ("per_tok": "per-residue"); empty where there is none.
std::string choice_for(const OptionSpec& spec, const std::string& value);

/// What to do about a command that there is not ("extract"): never empty.
std::string command_remedy(const std::string& word);

}  // namespace groel::cli
