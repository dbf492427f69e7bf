// Adapts the library's advice to the command that was given: the library does not know the command line.
#include "cli/remedy.h"

#include <algorithm>
#include <regex>

namespace groel::cli {
namespace {

struct Clause {
  std::string text;
  std::string separator;  ///< that comes after it
};

std::vector<Clause> clauses_of(const std::string& remedy) {
  std::vector<Clause> out;
  std::size_t begin = 0;
  while (true) {
    std::size_t end = std::string::npos;
    std::string separator;
    for (const char* one : {", or ", "; "})
      if (const auto at = remedy.find(one, begin); at < end) {
        end = at;
        separator = one;
      }
    out.push_back({remedy.substr(begin, end - begin), separator});
    if (end == std::string::npos) return out;
    begin = end + separator.size();
  }
}

// Another command's options are none of this one's business.
std::string without_commands(const std::string& text) {
  static const std::regex commands("`[^`]*`|\n    [^\n]*|groel [^;,]*");
  return std::regex_replace(text, commands, "");
}

bool fits(const std::string& option, const tasks::Task& task, const std::vector<std::string>& arguments) {
  const auto spec = std::find_if(task.options.begin(), task.options.end(),
                                 [&](const OptionSpec& one) { return is_called(one, option.substr(2)); });
  if (spec == task.options.end()) return option == "--quiet" || option == "--help";
  return spec->type != OptionType::flag || std::find(arguments.begin(), arguments.end(), option) == arguments.end();
}

bool fits(const Clause& clause, const tasks::Task& task, const std::vector<std::string>& arguments) {
  static const std::regex options("--[a-z][a-z0-9-]*");
  const std::string text = without_commands(clause.text);
  for (std::sregex_iterator at(text.begin(), text.end(), options), end; at != end; ++at)
    if (!fits(at->str(), task, arguments)) return false;
  return true;
}

// Who resumes already only has to run the command again.
std::string without_given_resume(const std::string& remedy, const std::vector<std::string>& arguments) {
  static const std::regex resume("the same command with --resume");
  if (std::find(arguments.begin(), arguments.end(), "--resume") == arguments.end()) return remedy;
  return std::regex_replace(remedy, resume, "the same command again");
}

}  // namespace

std::string fitting_remedy(const std::string& remedy, const tasks::Task& task,
                           const std::vector<std::string>& arguments) {
  std::string out, separator;
  for (const Clause& clause : clauses_of(without_given_resume(remedy, arguments))) {
    if (!fits(clause, task, arguments)) continue;
    out += separator + clause.text;
    separator = clause.separator;
  }
  return out;
}

}  // namespace groel::cli
