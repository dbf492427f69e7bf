// Writes the completion for bash: two tables as case statements, and the function that reads a line by them.
#include <map>

#include "cli/completion.h"
#include "cli/help.h"

namespace groel::cli {
namespace {

// Without forks: what a function finds is in REPLY.
constexpr std::string_view kReader = R"bash(
# CURRENT KIND WORDS...: what fits of the words, files or folders.
_groel_reply() {
  local current=$1 kind=$2 before='' names='' IFS=$' \t\n'
  shift 2
  if [[ $kind == list && $current == *,* ]]; then
    before=${current%,*}, current=${current##*,}
  fi
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$*" -- "$current")
  case $kind in
    files) mapfile -t names < <(compgen -f -- "$current") ;;
    folders) mapfile -t names < <(compgen -d -- "$current") ;;
    list) compopt -o nospace 2>/dev/null ;;
  esac
  if [[ -n ${names[0]} ]]; then
    COMPREPLY+=("${names[@]}")
    compopt -o filenames 2>/dev/null
  fi
  return 0
}

_groel() {
  local current=${COMP_WORDS[COMP_CWORD]} command='' verb='' option='' word='' i REPLY=''
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then  # bash cuts "--dtype=bf16" into three
      continue
    elif [[ -n $option ]]; then
      option=''
    elif [[ $word == -?* ]]; then
      _groel_value "$command" "$word"
      [[ -z $REPLY ]] || option=$word
    elif [[ -z $command ]]; then
      command=$word
    elif [[ -z $verb ]]; then
      verb=$word
    fi
  done
  [[ $current != '=' ]] || current=''
  if [[ -n $option ]]; then
    _groel_value "$command" "$option"
  elif [[ $current == -* ]]; then
    _groel_options "$command" "$verb"
  else
    _groel_word "$command" "$verb"
  fi
  # shellcheck disable=SC2086  # words
  [[ -z $REPLY ]] || _groel_reply "$current" $REPLY
}
complete -F _groel groel
)bash";

std::string kind_of(const Candidates& found) {
  if (found.list) return "list";
  if (found.places == Places::files) return "files";
  return found.places == Places::folders ? "folders" : "none";
}

std::string answer(const Candidates& found) {
  return kind_of(found) + (found.words.empty() ? "" : " " + joined(found.words));
}

std::string answer(const tasks::Task& task, std::string_view verb) {
  std::string out = "none";
  for (const OptionSpec* spec : flags_of(task, verb)) {
    out += " --" + spec->name;
    if (spec->letter != '\0') out += fmt::format(" -{}", spec->letter);
  }
  return out;
}

std::string assignment(std::string_view pattern, const std::string& reply) {
  return fmt::format("    {}) REPLY={} ;;\n", pattern, single_quoted(reply));
}

std::string globals() {
  std::string out;
  for (const GlobalOption& option : kGlobalOptions) out += fmt::format(" --{}", option.name);
  return out;
}

// COMMAND VERB: the options that go with them.
std::string options_function() {
  std::string out = "_groel_options() {\n  REPLY=''\n  case $1/$2 in\n";
  for (const tasks::Task& task : tasks::tasks()) {
    for (const tasks::Verb& verb : task.verbs)
      out += assignment(fmt::format("{}/{}", task.name, verb.name), answer(task, verb.name) + globals());
    out += assignment(fmt::format("{}/*", task.name), answer(task, {}) + globals());
  }
  out += assignment("version/*", "none --json");
  return out + assignment("/*", "none --version --json" + globals()) + "  esac\n}\n";
}

// COMMAND OPTION: its values; nothing for a switch. Options with the same values are one line.
std::string value_function() {
  std::map<std::string, std::string> patterns;
  for (const tasks::Task& task : tasks::tasks())
    for (const OptionSpec* spec : flags_of(task, {})) {
      if (spec->type == OptionType::flag) continue;
      std::string& pattern = patterns[answer(candidates(*spec))];
      pattern += fmt::format("{}{}/--{}", pattern.empty() ? "" : " | ", task.name, spec->name);
      if (spec->letter != '\0') pattern += fmt::format(" | {}/-{}", task.name, spec->letter);
    }
  std::string out = "_groel_value() {\n  REPLY=''\n  case $1/$2 in\n";
  for (const auto& [reply, pattern] : patterns) out += assignment(pattern, reply);
  return out + "  esac\n}\n";
}

// COMMAND VERB: what may come where there is no option.
std::string word_function() {
  std::string names;
  for (const Command& command : commands()) names += " " + command.name;
  std::string out = "_groel_word() {\n  REPLY=''\n  case $1/$2 in\n" + assignment("/", "none" + names) +
                    assignment("help/ | man/", "none" + names) + assignment("completion/", "none " + joined(shells()));
  for (const tasks::Task& task : tasks::tasks()) {
    if (!task.verbs.empty()) {
      std::string verbs = "none";
      for (const tasks::Verb& verb : task.verbs) verbs += fmt::format(" {}", verb.name);
      out += assignment(fmt::format("{0}/ | help/{0}", task.name), verbs);
    }
    if (const OptionSpec* input = input_of(task))
      out += assignment(fmt::format("{}/*", task.name), answer(candidates(*input)));
  }
  return out + "  esac\n}\n";
}

}  // namespace

std::string bash_completion() {
  return "# Completion of groel for bash, made by `groel completion bash`.\n# shellcheck shell=bash\n\n" +
         options_function() + "\n" + value_function() + "\n" + word_function() + std::string(kReader);
}

}  // namespace groel::cli
