// Looks up flags, values and commands of other programs, to suggest ours in error messages.
#include "cli/foreign.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>

#include "cli/completion.h"
#include "cli/foreign_names.h"
#include "cli/help.h"
#include "cli/words.h"

namespace groel::cli {
namespace {

std::string dashed(std::string text) {
  std::replace(text.begin(), text.end(), '_', '-');
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const std::size_t blank = std::min(list.find(' '), list.size());
    if (blank > 0) out.emplace_back(list.substr(0, blank));
    list.remove_prefix(std::min(blank + 1, list.size()));
  }
  return out;
}

bool names(std::string_view list, const std::string& word) {
  const auto all = words_of(list);
  return std::find(all.begin(), all.end(), word) != all.end();
}

bool has(const tasks::Task& task, const std::string& name) {
  return is_global("--" + name) || std::any_of(task.options.begin(), task.options.end(), [&](const OptionSpec& spec) {
           return is_called(spec, name) && spec.type != OptionType::paths;
         });
}

// What a row of the table says to a command; none where the command has nothing of the kind.
std::optional<std::string> advice(const tasks::Task& task, const ForeignFlag& row) {
  for (const std::string& ours : words_of(row.ours)) {
    std::string text;
    if (ours == "INPUT" && input_of(task) != nullptr && task.verbs.empty())
      text = fmt::format("the input needs no flag: groel {} {}", task.name, input_of(task)->value_name);
    else if (ours != "INPUT" && has(task, ours))
      text = fmt::format("it is called --{} here", ours);
    else
      continue;
    if (row.note.empty() || ours == "INPUT") return text;
    return row.note.find("--" + ours) != std::string_view::npos ? std::string(row.note)
                                                                : fmt::format("{}; {}", text, row.note);
  }
  if (!row.ours.empty()) return std::nullopt;
  return std::string(row.note);
}

// Other commands that take the option.
std::string elsewhere(const std::string& name) {
  std::vector<std::string> found;
  for (const tasks::Task& task : tasks::tasks())
    if (name != "quiet" && has(task, name)) found.push_back(fmt::format("`groel {}`", task.name));
  return found.empty() ? std::string() : fmt::format("--{} is an option of {}", name, listed(found, 4));
}

std::string elsewhere(const std::string& name, const ForeignFlag* row) {
  std::string out = elsewhere(name);
  if (row == nullptr) return out;
  for (const std::string& ours : words_of(row->ours))
    if (out.empty()) out = elsewhere(ours);
  return out;
}

std::vector<std::string> names_of_flags(const tasks::Task& task) {
  std::vector<std::string> out;
  for (const OptionSpec& spec : task.options)
    if (spec.type != OptionType::paths) out.push_back("--" + spec.name);
  for (const GlobalOption& option : kGlobalOptions) out.push_back(fmt::format("--{}", option.name));
  out.push_back("--version");
  return out;
}

}  // namespace

std::string flag_remedy(const tasks::Task& task, const std::string& flag) {
  const std::string name = dashed(flag.substr(flag.find_first_not_of('-')));
  if (has(task, name)) return fmt::format("did you mean '--{}'?", name);
  const ForeignFlag* known = nullptr;
  for (const ForeignFlag& row : kForeignFlags) {
    if (!names(row.names, name)) continue;
    if (const auto text = advice(task, row)) return *text;
    if (known == nullptr) known = &row;
  }
  const std::string help = fmt::format("`groel help {}` shows its options", task.name);
  const auto near = nearest("--" + name, names_of_flags(task));
  if (near && known == nullptr) return fmt::format("did you mean '{}'? {}", *near, help);
  const std::string other = elsewhere(name, known);
  return other.empty() ? help : fmt::format("{}; {}", other, help);
}

std::string choice_for(const OptionSpec& spec, const std::string& value) {
  const auto& choices = spec.choices;
  const auto is_choice = [&](std::string_view word) {
    return std::find(choices.begin(), choices.end(), word) != choices.end();
  };
  if (is_choice(value)) return {};
  const std::string name = dashed(value);
  if (is_choice(name)) return name;
  for (const ForeignValue& row : kForeignValues)
    if (row.theirs == name && is_choice(row.ours)) return std::string(row.ours);
  return {};
}

std::string command_remedy(const std::string& word) {
  const std::string name = dashed(word);
  std::vector<std::string> names_here;
  for (Command& command : commands()) names_here.push_back(std::move(command.name));
  if (std::find(names_here.begin(), names_here.end(), name) != names_here.end())
    return fmt::format("did you mean '{}'?", name);
  for (const ForeignCommand& row : kForeignCommands)
    if (names(row.names, name)) return std::string(row.does);
  std::error_code ignored;
  if (std::filesystem::exists(word, ignored))
    return fmt::format("the command comes first: groel embed {} -o proteins.h5, for example; `groel help` lists all",
                       shell_quoted(word));
  const auto near = nearest(name, names_here);
  return near ? fmt::format("did you mean '{}'? `groel help` lists all", *near) : "`groel help` lists all commands";
}

}  // namespace groel::cli
