// Writes the completion for fish: a line for each command, option and verb.
#include "cli/completion.h"
#include "cli/help.h"

namespace groel::cli {
namespace {

// Inside single quotes fish knows \' and \\ alone.
std::string fish_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + '\'';
}

std::string line(const std::string& condition, const std::string& rest) {
  return fmt::format("complete -c groel -n {} {}\n", fish_quoted(condition), rest);
}

// "-x -a 'a b'": a value that has to come, and what it may be.
std::string value(const OptionSpec& spec) {
  const Candidates found = candidates(spec);
  if (spec.type == OptionType::flag) return {};
  if (found.list) return " -x -a " + fish_quoted(fmt::format("(__fish_append , {})", joined(found.words)));
  if (found.places == Places::folders) return " -x -a '(__fish_complete_directories)'";
  const std::string words = found.words.empty() ? "" : " -a " + fish_quoted(joined(found.words));
  return (found.places == Places::files ? " -r -F" : " -x") + words;
}

// Options of a command with verbs show where their verb, or none yet, is on the line.
std::string condition(const tasks::Task& task, const OptionSpec& spec) {
  std::string out = fmt::format("__fish_seen_subcommand_from {}", task.name);
  if (spec.verbs.empty() || task.verbs.empty()) return out;
  return out + "; and __fish_seen_subcommand_from " + joined(spec.verbs);
}

std::string flag(const tasks::Task& task, const OptionSpec& spec) {
  const std::string letter = spec.letter != '\0' ? fmt::format("-s {} ", spec.letter) : "";
  return line(condition(task, spec),
              fmt::format("{}-l {}{} -d {}", letter, spec.name, value(spec), fish_quoted(spec.help)));
}

std::string words(const tasks::Task& task) {
  const std::string here = fmt::format("__fish_seen_subcommand_from {}", task.name);
  std::string names;
  for (const tasks::Verb& verb : task.verbs) names += fmt::format(" {}", verb.name);
  std::string out;
  for (const tasks::Verb& verb : task.verbs)
    out += line(here + "; and not __fish_seen_subcommand_from" + names,
                fmt::format("-a {} -d {}", verb.name, fish_quoted(verb.summary)));
  const OptionSpec* input = input_of(task);
  if (input == nullptr) return out;
  const Candidates found = candidates(*input);
  const std::string after = task.verbs.empty() ? "" : "; and __fish_seen_subcommand_from" + names;
  return out + line(here + after, "-F" + (found.words.empty() ? "" : " -a " + fish_quoted(joined(found.words))));
}

}  // namespace

std::string fish_completion() {
  std::string out = "# Completion of groel for fish, made by `groel completion fish`.\n\ncomplete -c groel -f\n";
  std::string names;
  for (const Command& command : commands()) {
    out += line("__fish_use_subcommand", fmt::format("-a {} -d {}", command.name, fish_quoted(command.summary)));
    names += (names.empty() ? "" : " ") + command.name;
  }
  out += line("__fish_use_subcommand", "-l version -d 'prints the version'");
  for (const GlobalOption& option : kGlobalOptions)
    out += fmt::format("complete -c groel {}-l {} -d {}\n",
                       option.letter == '\0' ? "" : fmt::format("-s {} ", option.letter), option.name,
                       fish_quoted(option.help));
  out += line("__fish_seen_subcommand_from help man", "-a " + fish_quoted(names));
  out += line("__fish_seen_subcommand_from completion", "-a " + fish_quoted(joined(shells())));
  for (const tasks::Task& task : tasks::tasks()) {
    for (const OptionSpec* spec : flags_of(task, {})) out += flag(task, *spec);
    out += words(task);
  }
  return out;
}

}  // namespace groel::cli
