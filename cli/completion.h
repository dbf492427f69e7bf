// Completion of commands, options and their values in a shell: scripts made from the tasks' tables.
#pragma once

#include <string>
#include <vector>

#include "tasks/task.h"

namespace groel::cli {

enum class Places { none, files, folders };

/// What the value of an option may be.
struct Candidates {
  std::vector<std::string> words;
  Places places = Places::none;
  bool list = false;  ///< several of the words, with commas between
};
Candidates candidates(const OptionSpec& spec);

/// Commands, those that are no task of ours among them, with a line for each.
struct Command {
  std::string name;
  std::string summary;
};
std::vector<Command> commands();

/// "bash", "zsh", "fish".
const std::vector<std::string>& shells();

/// The script for a shell. Errors: usage, for another one.
std::string completion(const std::string& shell);

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

/// The options of a task that go with a verb (empty: all), without the words that need no flag.
std::vector<const OptionSpec*> flags_of(const tasks::Task& task, std::string_view verb);
/// The words that need no flag; null where it takes none.
const OptionSpec* input_of(const tasks::Task& task);
/// "'it'\''s'": a word for a shell.
std::string single_quoted(std::string_view text);
/// "a b c"
std::string joined(const std::vector<std::string>& words);

}  // namespace groel::cli
