// Checks the words of a command line before they are parsed, for habits from other programs.
#pragma once

#include <string>
#include <vector>

#include "tasks/task.h"

namespace groel::cli {

/// A word of the command line and the option that it is the value of, if it is one.
struct Word {
  std::string text;
  const OptionSpec* value_of = nullptr;  ///< "--layers 3": of 3
  const OptionSpec* after = nullptr;     ///< a free word: the option that came before it, with its value
  bool is_flag = false;                  ///< "--layers", "-l3"
};

/// A switch that every command has ("--quiet", "-q"), or --version.
bool is_global(const std::string& word);

/// The words after the command, sorted out by its table.
std::vector<Word> sort_words(const tasks::Task& task, const std::vector<std::string>& words);

/// Refuses what is no word of the task: options of other names or with one dash, values of flags, lists with blanks
/// between, an input after a flag. Errors: usage.
void check_words(const tasks::Task& task, const std::vector<std::string>& words);

}  // namespace groel::cli
