// Writes manual pages with the macros of man(7).
#include "cli/man_page.h"

#include <groel/error.h>

#include <algorithm>

#include "base/version.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "tasks/reading/settings.h"

namespace groel::cli {
namespace {

// Text as roff takes it: dashes that can be copied, backslashes, and no dot or quote first on a line.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else if (c == '\n')
      out += ' ';
    else
      out += c;
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

std::string heading(std::string_view name) { return fmt::format(".SH {}\n", name); }

// A term in bold, and what it is.
std::string term(const std::string& bold, std::string_view plain, std::string_view text) {
  return fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", roff(bold),
                     plain.empty() ? "" : fmt::format(" \\fI{}\\fR", roff(plain)), roff(text));
}

std::string title(const std::string& name) {
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return fmt::format(".TH {} 1 \"\" \"GroEL {}\" \"GroEL manual\"\n", roff(upper), kVersion);
}

std::string name_line(const std::string& name, std::string_view summary) {
  return heading("NAME") + fmt::format("{} \\- {}\n", roff(name), roff(summary));
}

std::string option(const OptionSpec& spec) {
  const std::string names = spec.letter == '\0' ? "--" + spec.name : fmt::format("-{}, --{}", spec.letter, spec.name);
  const std::string verbs = spec.verbs.empty() ? "" : fmt::format(" (with {})", listed(spec.verbs));
  return term(names, value_name(spec), option_text(spec) + verbs);
}

// In groups, what belongs to none first.
std::string options(const tasks::Task& task) {
  std::vector<std::string> groups{""};
  for (const OptionSpec* spec : flags_of(task, {}))
    if (std::find(groups.begin(), groups.end(), spec->group) == groups.end()) groups.push_back(spec->group);
  std::string out = heading("OPTIONS");
  for (const std::string& group : groups) {
    if (!group.empty()) out += fmt::format(".SS {}\n", roff(group));
    for (const OptionSpec* spec : flags_of(task, {}))
      if (spec->group == group) out += option(*spec);
  }
  return out;
}

std::string global_options_section() {
  std::string out = ".SS Of every command\n";
  for (const GlobalOption& one : kGlobalOptions)
    out += term(one.letter == '\0' ? fmt::format("--{}", one.name) : fmt::format("-{}, --{}", one.letter, one.name), {},
                one.help);
  return out;
}

std::string words_section(const tasks::Task& task) {
  const OptionSpec* input = input_of(task);
  if (task.verbs.empty()) return input == nullptr ? "" : heading("INPUT") + term(input->value_name, {}, input->help);
  std::string out = heading("WHAT IT DOES");
  for (const tasks::Verb& verb : task.verbs) out += term(std::string(verb.name), {}, verb.summary);
  return out;
}

std::string examples(const tasks::Task& task) {
  std::string out = heading("EXAMPLES");
  for (const tasks::Example& example : task.examples)
    out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(example.command), roff(example.what));
  return out;
}

std::string exit_statuses() {
  constexpr std::string_view kWhat[] = {
      "the command line makes no sense",
      "a named file, model or record is not there",
      "an input is malformed",
      "a checkpoint is malformed or incomplete",
      "the system refused to read or write",
      "the work does not fit in the memory allowed",
      "sound, but not something this build, machine or model can do",
      "stopped by a signal",
      "a defect of GroEL",
  };
  static_assert(std::size(kWhat) == static_cast<std::size_t>(ErrorKind::internal) + 1);
  std::string out = heading("EXIT STATUS") + term("0", {}, "all went well") +
                    term("1", {}, "finished, but some records failed, each with a message");
  for (std::size_t i = 0; i < std::size(kWhat); ++i)
    out += term(std::to_string(exit_code(static_cast<ErrorKind>(i))), {}, kWhat[i]);
  return out;
}

std::string environment() {
  std::string out = heading("ENVIRONMENT");
  for (const tasks::SettingKind& kind : tasks::setting_kinds())
    out += term(listed({kind.variables.begin(), kind.variables.end()}), {}, kind.help);
  return out + term("GROEL_CONFIG", {}, "another file of settings; empty: none") +
         term("GROEL_HOME", {}, "GroEL's share folder, where bundled models and examples are") +
         term("GROEL_ISA", {}, "the highest instruction set to use: baseline, avx2, avx512, avx512_bf16, amx");
}

std::string files() {
  std::string keys;
  for (const tasks::SettingKind& kind : tasks::setting_kinds())
    keys += fmt::format("{}{}", keys.empty() ? "" : ", ", kind.key);
  return heading("FILES") +
         term(
             "~/.config/groel/config.toml", {},
             fmt::format("settings of the user, in TOML: {}. An option goes before a variable of the environment, that "
                         "before this file, and the file before what GroEL would use. groel doctor shows what is set "
                         "and by whom.",
                         keys));
}

std::string see_also(const std::vector<std::string>& names) {
  std::string out = heading("SEE ALSO");
  for (std::size_t i = 0; i < names.size(); ++i)
    out += fmt::format(".BR {} (1){}\n", roff(names[i]), i + 1 < names.size() ? "," : "");
  return out;
}

std::string page_name(const tasks::Task& task) { return fmt::format("groel-{}", task.name); }

}  // namespace

std::string man_page() {
  std::string out = title("groel") + name_line("groel", "runs protein language models") + heading("SYNOPSIS") +
                    ".B groel\n\\fICOMMAND\\fR [\\fIINPUT\\fR] [\\fIOPTIONS\\fR]\n" + heading("DESCRIPTION") +
                    "Computes embeddings, scores of variants, contacts and more by protein language models, and trains "
                    "them, on processors. Try\n.B groel example\nfirst.\n" +
                    heading("COMMANDS");
  for (const Command& command : commands()) out += term(command.name, {}, command.summary);
  out += heading("OPTIONS") + global_options_section();
  out += term("--json", {},
              "prints JSON instead of text, errors too, where a command has it; after --version, also what the program "
              "was built with");
  out += term("--version", {}, "prints the version");
  std::vector<std::string> pages = man_page_names();
  pages.erase(pages.begin());
  return out + exit_statuses() + environment() + files() + see_also(pages);
}

std::string man_page(const tasks::Task& task) {
  const std::string usage = usage_of(task, {});
  return title(page_name(task)) + name_line(page_name(task), task.summary) + heading("SYNOPSIS") +
         fmt::format(".B {}\n", roff(usage)) + heading("DESCRIPTION") + roff(task.description) + "\n" +
         words_section(task) + options(task) + global_options_section() + examples(task) + see_also({"groel"});
}

std::vector<std::string> man_page_names() {
  std::vector<std::string> out{"groel"};
  for (const tasks::Task& task : tasks::tasks()) out.push_back(page_name(task));
  return out;
}

}  // namespace groel::cli
