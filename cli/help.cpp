// Lays out the text of help pages in columns.
#include "cli/help.h"

#include <algorithm>
#include <map>

#include "base/version.h"
#include "tasks/reading/verb_input.h"

namespace groel::cli {
namespace {

// What a person who sees the program for the first time is after, in the order of docs/start.md.
constexpr std::string_view kFirst[] = {"embed", "search", "score", "train", "contacts"};

std::size_t columns(std::string_view text) {  // of UTF-8: what follows a letter's first byte takes none
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

// The text in lines of kHelpWidth at most, of which all but the first begin with `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t used = indent;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (used > indent && used + 1 + columns(word) > kHelpWidth) {
      out += '\n' + std::string(indent, ' ');
      used = indent;
    }
    if (used > indent) out += ' ';
    used += columns(word) + (used > indent ? 1 : 0);
    out += word;
  }
  return out;
}

// "  left      right, in lines of its own"
std::string row(const std::string& left, const std::string& right, std::size_t column) {
  std::string out = "  " + left;
  const std::size_t width = 2 + columns(left);
  out += width + 1 < column ? std::string(column - width, ' ') : "\n" + std::string(column, ' ');
  return out + wrapped(right, column) + '\n';
}

std::string names_of(const OptionSpec& spec) {
  const std::string out = spec.letter != '\0' ? fmt::format("-{}, --{}", spec.letter, spec.name) : "    --" + spec.name;
  const std::string value = value_name(spec);
  return value.empty() ? out : out + ' ' + value;
}

// Groups in the order in which they first occur, what belongs to none before all.
std::string options_text(const std::vector<const OptionSpec*>& options) {
  constexpr std::size_t kColumn = 30;
  std::vector<std::string> groups{""};
  std::map<std::string, std::string> rows;
  for (const OptionSpec* spec : options) {
    if (spec->type == OptionType::paths) continue;
    if (std::find(groups.begin(), groups.end(), spec->group) == groups.end()) groups.push_back(spec->group);
    rows[spec->group] += row(names_of(*spec), option_text(*spec), kColumn);
  }
  std::string out;
  for (const std::string& group : groups)
    if (!rows[group].empty()) out += fmt::format("\n{}:\n{}", group.empty() ? "Options" : group, rows[group]);
  return out;
}

// "index|query", or the one that is meant.
std::string verbs_of(const tasks::Task& task, const std::string& verb) {
  std::string out = verb;
  if (verb.empty())
    for (const tasks::Verb& one : task.verbs) out += (out.empty() ? "" : "|") + std::string(one.name);
  return out;
}

// " TABLE": of its own, or those of "WHAT FILE" after its first word.
std::string words_after(const tasks::Task& task, const std::string& verb, const OptionSpec& spec) {
  if (const std::string_view own = tasks::input_of(task.name, verb); !own.empty()) return fmt::format(" {}", own);
  return spec.value_name.substr(std::min(spec.value_name.find(' '), spec.value_name.size()));
}

std::string input_text(const tasks::Task& task) {
  std::string out;
  for (const OptionSpec& spec : task.options)
    if (spec.type == OptionType::paths) out += '\n' + row(spec.value_name, spec.help, 12);
  return out;
}

std::string verbs_text(const tasks::Task& task) {
  std::string out =
      fmt::format("\nWhat it does is said by the first word; `groel help {} {}` shows its options, and so on:\n",
                  task.name, task.verbs.front().name);
  for (const tasks::Verb& verb : task.verbs) out += row(std::string(verb.name), std::string(verb.summary), 14);
  return out;
}

std::string examples_text(const tasks::Task& task, const std::string& verb) {
  std::string out;
  for (const tasks::Example& example : task.examples)
    if (verb.empty() || example.command.find(fmt::format("groel {} {}", task.name, verb)) != std::string_view::npos)
      out += fmt::format("  {}\n      {}\n", example.command, example.what);
  return out.empty() ? out : "\nExamples:\n" + out;
}

std::string command_row(const tasks::Task& task) {
  constexpr std::size_t kColumn = 16;
  return row(std::string(task.name), std::string(task.summary), kColumn);
}

std::string first_commands() {
  std::string out;
  for (const std::string_view name : kFirst)
    for (const tasks::Task& task : tasks::tasks())
      if (task.name == name) out += command_row(task);
  return out;
}

std::string other_commands() {
  std::string out;
  for (const tasks::Task& task : tasks::tasks())
    if (std::find(std::begin(kFirst), std::end(kFirst), task.name) == std::end(kFirst)) out += command_row(task);
  return out;
}

std::string global_options() {
  std::string out;
  for (const GlobalOption& option : kGlobalOptions)
    out += row(
        option.letter == '\0' ? fmt::format("--{}", option.name) : fmt::format("-{}, --{}", option.letter, option.name),
        std::string(option.help), 16);
  return out;
}

}  // namespace

std::string value_name(const OptionSpec& spec) {
  if (spec.type == OptionType::flag) return {};
  return spec.value_name.empty() ? "CHOICE" : spec.value_name;
}

std::string option_text(const OptionSpec& spec) {
  std::string text = spec.help;
  if (!spec.choices.empty()) text += ": " + listed(spec.choices);
  if (spec.otherwise.is_string()) text += fmt::format(" [{}]", spec.otherwise.get<std::string>());
  if (spec.otherwise.is_number()) text += fmt::format(" [{}]", spec.otherwise.dump());
  if (spec.otherwise.is_array()) text += fmt::format(" [{}]", listed(spec.otherwise.get<std::vector<std::string>>()));
  return text + (spec.required && spec.type != OptionType::paths ? " (has to be given)" : "");
}

std::string usage_of(const tasks::Task& task, const std::string& verb) {
  std::string out = fmt::format("groel {}", task.name);
  for (const OptionSpec& spec : task.options) {
    if (spec.type != OptionType::paths) continue;
    if (task.verbs.empty())
      out += spec.required ? ' ' + spec.value_name : fmt::format(" [{}]", spec.value_name);
    else  // of "WHAT FILE" the first word is the verb
      out += ' ' + verbs_of(task, verb) + words_after(task, verb, spec);
  }
  constexpr std::size_t kWidest = 80;  // before the options
  if (verb.empty() && out.size() > kWidest && !task.verbs.empty()) out = fmt::format("groel {} WHAT", task.name);
  return out + " [OPTIONS]";
}

std::string help_page() {
  return fmt::format(
      "GroEL {} runs protein language models.\n\n"
      "Try it:       groel example\n"
      "Your own:     groel embed my.fasta -o proteins.h5\n"
      "Which models: groel models\n\n"
      "Usage: groel COMMAND [INPUT] [OPTIONS]\n\n"
      "Commands to begin with:\n{}\n"
      "All others:\n{}\n"
      "Of every command:\n"
      "{}"
      "  --json        prints JSON instead of text, errors too\n\n"
      "`groel help COMMAND` explains a command and has examples; --version prints the version, with --json\n"
      "also what it was built with. `groel completion bash|zsh|fish` completes commands and options on Tab.\n"
      "docs/start.md goes by question: compare proteins, annotate them, rank mutants, classify, contacts.\n",
      kVersion, first_commands(), other_commands(), global_options());
}

std::string help_page(const tasks::Task& task, const std::string& verb) {
  std::vector<const OptionSpec*> options;
  for (const OptionSpec& spec : task.options) {
    const bool shown = verb.empty() ? task.verbs.empty() || spec.group.empty() : goes_with(spec, verb);
    if (shown) options.push_back(&spec);
  }
  std::string summary(task.summary);
  for (const tasks::Verb& one : task.verbs)
    if (one.name == verb) summary = one.summary;
  const bool general = verb.empty();
  std::string out = fmt::format("{}\n\nUsage: {}\n", summary, usage_of(task, verb));
  if (general) out += task.verbs.empty() ? input_text(task) : verbs_text(task);
  out += options_text(options);
  out += "\n" + wrapped(task.description, 0) + "\n";
  return out + examples_text(task, verb);
}

}  // namespace groel::cli
