// Writes the completion for zsh: a call of _arguments for each command.
#include <algorithm>

#include "cli/completion.h"
#include "cli/help.h"

namespace groel::cli {
namespace {

// What _arguments would read in an explanation.
std::string explained(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// ":FILE:_files"
std::string action(const OptionSpec& spec) {
  const Candidates found = candidates(spec);
  const std::string what = explained(value_name(spec));
  if (found.list) return fmt::format(":{}:_sequence compadd - {}", what, joined(found.words));
  if (!found.words.empty() && found.places == Places::files)
    return fmt::format(":{0}:_alternative \"words\\:{0}\\:({1})\" \"files\\:file\\:_files\"", what,
                       joined(found.words));
  if (!found.words.empty()) return fmt::format(":{}:({})", what, joined(found.words));
  if (found.places == Places::none) return fmt::format(":{}: ", what);
  return fmt::format(":{}:{}", what, found.places == Places::files ? "_files" : "_files -/");
}

std::string argument(const std::string& spec) { return " \\\n        " + spec; }

std::string flag(const OptionSpec& spec) {
  std::string rest = fmt::format("[{}]", explained(spec.help));
  if (spec.type != OptionType::flag) rest += action(spec);
  const std::string many = spec.type == OptionType::list ? "*" : "";
  if (spec.letter == '\0') return argument(single_quoted(fmt::format("{}--{}{}", many, spec.name, rest)));
  const std::string others = many.empty() ? fmt::format("(-{} --{})", spec.letter, spec.name) : many;
  return argument(fmt::format("'{}'{{-{},--{}}}{}", others, spec.letter, spec.name, single_quoted(rest)));
}

std::string global_flags() {
  std::string out;
  for (const GlobalOption& option : kGlobalOptions) {
    const std::string rest = single_quoted(fmt::format("[{}]", explained(option.help)));
    out += argument(option.letter == '\0'
                        ? fmt::format("--{}{}", option.name, rest)
                        : fmt::format("'(-{0} --{1})'{{-{0},--{1}}}{2}", option.letter, option.name, rest));
  }
  return out;
}

std::string words_of(const tasks::Task& task) {
  const OptionSpec* input = input_of(task);
  if (input == nullptr) return {};
  if (task.verbs.empty()) return argument(single_quoted("*" + action(*input)));
  std::string verbs;
  for (const tasks::Verb& verb : task.verbs)
    verbs += fmt::format("{}{}\\:\"{}\"", verbs.empty() ? "" : " ", verb.name, explained(verb.summary));
  return argument(single_quoted(fmt::format("1:what:(({}))", verbs))) + argument("'*:file:_files'");
}

std::string call(const tasks::Task& task, std::string_view verb) {
  std::string out = "      _arguments -s";
  for (const OptionSpec* spec : flags_of(task, verb)) out += flag(*spec);
  return out + global_flags() + words_of(task) + " && result=0 ;;\n";
}

std::string case_of(const tasks::Task& task) {
  std::string out;
  for (const tasks::Verb& verb : task.verbs)
    out += fmt::format("    {}/{})\n{}", task.name, verb.name, call(task, verb.name));
  return out + fmt::format("    {}/*)\n{}", task.name, call(task, {}));
}

}  // namespace

std::string zsh_completion() {
  std::string out =
      "#compdef groel\n# Completion of groel for zsh, made by `groel completion zsh`.\n\n"
      "_groel_commands() {\n  local -a commands=(";
  for (const Command& command : commands())
    out += "\n    " + single_quoted(fmt::format("{}:{}", command.name, explained(command.summary)));
  out +=
      "\n  )\n  _describe command commands\n}\n\n"
      "_groel() {\n  local context state state_descr line result=1\n  typeset -A opt_args\n"
      "  _arguments -C -A '-*'" +
      global_flags() + argument("'--version[prints the version]'") + argument("'1:command:_groel_commands'") +
      argument("'*::argument:->rest'") +
      " && result=0\n"
      "  [[ $state == rest ]] || return result\n  case $words[1]/$words[2] in\n"
      "    help/* | man/*) _groel_commands && result=0 ;;\n";
  out += fmt::format("    completion/*) _values shell {} && result=0 ;;\n", joined(shells()));
  for (const tasks::Task& task : tasks::tasks()) out += case_of(task);
  return out + "  esac\n  return result\n}\n\n_groel \"$@\"\n";
}

}  // namespace groel::cli
