// What the completions of all shells share: which words, files or folders an option takes.
#include "cli/completion.h"

#include <algorithm>

#include "checkpoints/bundled.h"
#include "models/published.h"

namespace groel::cli {
namespace {

std::vector<std::string> model_names() {
  std::vector<std::string> out;
  for (const auto& model : checkpoints::bundled_models()) out.emplace_back(model.name);
  for (const auto& model : models::published_models()) {
    out.emplace_back(model.id);
    if (!model.aliases.empty()) out.emplace_back(model.aliases.front());
  }
  return out;
}

bool names_a_file(const OptionSpec& spec) {
  if (spec.type == OptionType::paths || spec.writes == Writes::file || spec.writes == Writes::picture) return true;
  for (const char* word : {"FILE", "INPUT", "PATH"})
    if (spec.value_name.find(word) != std::string::npos) return true;
  return false;
}

}  // namespace

Candidates candidates(const OptionSpec& spec) {
  const bool list = spec.type == OptionType::list;
  if (!spec.choices.empty()) return {spec.choices, Places::none, list};
  if (spec.value_name == "MODEL") return {model_names(), Places::files, false};
  if (spec.writes == Writes::folder || spec.value_name == "DIR") return {{}, Places::folders, false};
  return {{}, names_a_file(spec) ? Places::files : Places::none, false};
}

std::vector<Command> commands() {
  std::vector<Command> out;
  for (const tasks::Task& task : tasks::tasks()) out.push_back({std::string(task.name), std::string(task.summary)});
  out.push_back({"help", "Explain a command"});
  out.push_back({"version", "Print the version; with --json also what the program was built with"});
  out.push_back({"completion", "Print the script that completes commands and options in a shell"});
  out.push_back({"man", "Print the manual page of a command"});
  return out;
}

const std::vector<std::string>& shells() {
  static const std::vector<std::string> all{"bash", "zsh", "fish"};
  return all;
}

std::string completion(const std::string& shell) {
  if (shell == "bash") return bash_completion();
  if (shell == "zsh") return zsh_completion();
  if (shell == "fish") return fish_completion();
  throw Error(ErrorKind::usage,
              {shell.empty() ? "for which shell?" : fmt::format("there is no completion for '{}'", shell),
               {},
               "choose from: " + listed(shells()) + "; docs/install.md says where the script goes"});
}

std::vector<const OptionSpec*> flags_of(const tasks::Task& task, std::string_view verb) {
  std::vector<const OptionSpec*> out;
  for (const OptionSpec& spec : task.options)
    if (spec.type != OptionType::paths && (verb.empty() || goes_with(spec, std::string(verb)))) out.push_back(&spec);
  return out;
}

const OptionSpec* input_of(const tasks::Task& task) {
  const auto found = std::find_if(task.options.begin(), task.options.end(),
                                  [](const OptionSpec& spec) { return spec.type == OptionType::paths; });
  return found == task.options.end() ? nullptr : &*found;
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + '\'';
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace groel::cli
