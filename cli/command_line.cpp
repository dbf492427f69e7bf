// Builds the CLI11 parser from the tasks' option tables, and turns what it parsed back into option values.
#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <optional>

#include "cli/completion.h"
#include "cli/foreign.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "cli/version.h"
#include "cli/words.h"

namespace groel::cli {
namespace {

// Where CLI11 leaves the words of one option.
struct Slot {
  const OptionSpec* spec;
  CLI::Option* option;
  std::vector<std::string> words;
  bool flag = false;
};

std::string flag_names(const OptionSpec& spec) {
  if (spec.type == OptionType::paths) return spec.name;
  std::string out = (spec.letter ? fmt::format("-{},", spec.letter) : "") + "--" + spec.name;
  for (const std::string& alias : spec.aliases) out += ",--" + alias;
  return out;
}

void add(CLI::App& command, Slot& slot) {
  const OptionSpec& spec = *slot.spec;
  if (spec.type == OptionType::flag) {
    slot.option = command.add_flag(flag_names(spec), slot.flag);
    return;
  }
  slot.option = command.add_option(flag_names(spec), slot.words);
  if (spec.type != OptionType::paths) slot.option->allow_extra_args(false);  // one word each time it is given
}

nlohmann::json value_of(const Slot& slot) {
  if (slot.spec->type == OptionType::flag) return slot.flag;
  if (slot.spec->type == OptionType::paths) return slot.words;
  if (slot.spec->type != OptionType::list) {
    if (slot.words.size() > 1) throw Error(ErrorKind::usage, {"given twice", "--" + slot.spec->name, {}});
    return slot.words.front();
  }
  std::string joined;
  for (const std::string& word : slot.words) joined += (joined.empty() ? "" : ",") + word;
  return joined;
}

// A task of a model alone, which a stranger names without -m.
bool wants_model_alone(const tasks::Task& task) {
  const auto any = [&](const auto& holds) { return std::any_of(task.options.begin(), task.options.end(), holds); };
  return any([](const OptionSpec& spec) { return spec.name == "model"; }) &&
         !any([](const OptionSpec& spec) { return spec.type == OptionType::paths; });
}

// Of one command: those of all would take a fourteenth of a short run to set up.
class Parser {
 public:
  explicit Parser(const tasks::Task& task) : task_(task), app_("", "groel") {
    app_.set_help_flag();
    app_.add_flag("-q,--quiet", quiet_);
    app_.add_flag("--csv-guard", csv_guard_);
    app_.add_flag("--pull", pull_);
    app_.fallthrough();
    app_.require_subcommand(0, 1);
    CLI::App* const command = app_.add_subcommand(std::string(task.name));
    command->set_help_flag();
    slots_.reserve(task.options.size());
    for (const OptionSpec& spec : task.options) add(*command, slots_.emplace_back(Slot{&spec, nullptr, {}, false}));
  }

  Invocation parse(const std::vector<std::string>& arguments) {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      app_.parse(reversed);
    } catch (const CLI::ParseError& error) {
      const std::string help = fmt::format("`groel help {}` shows its options and has examples", task_.name);
      const bool word_too_many = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
      throw Error(
          ErrorKind::usage,
          {error.what(), {}, word_too_many && wants_model_alone(task_) ? "a model is given with -m; " + help : help});
    }
    return {&task_, given(), {}, quiet_, csv_guard_, pull_};
  }

 private:
  nlohmann::json given() const {
    nlohmann::json out = nlohmann::json::object();
    for (const Slot& slot : slots_)
      if (slot.option->count() > 0) out[slot.spec->name] = value_of(slot);
    return out;
  }

  const tasks::Task& task_;
  CLI::App app_;
  bool quiet_ = false;
  bool csv_guard_ = false;
  bool pull_ = false;
  std::vector<Slot> slots_;
};

const tasks::Task* task_called(const std::string& name) {
  for (const tasks::Task& task : tasks::tasks())
    if (task.name == name) return &task;
  return nullptr;
}

// The position of the command among the words; the number of words where there is none.
std::size_t command_at(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (!arguments[i].starts_with('-') || arguments[i] == "-") return i;
  return arguments.size();
}

[[noreturn]] void refuse_command(const std::string& word) {
  throw Error(ErrorKind::usage, {fmt::format("there is no command '{}'", word), {}, command_remedy(word)});
}

const tasks::Verb* verb_called(const tasks::Task& task, const std::string& word) {
  for (const tasks::Verb& verb : task.verbs)
    if (verb.name == word || (!verb.alias.empty() && verb.alias == word)) return &verb;
  return nullptr;
}

// The page of a command, or of a verb that is among the words.
std::string page_of(const tasks::Task& task, const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (const tasks::Verb* verb = verb_called(task, word)) return help_page(task, std::string(verb->name));
  return help_page(task);
}

std::string help_for(const std::vector<std::string>& words) {
  if (words.empty()) return help_page();
  const tasks::Task* task = task_called(words.front());
  if (task == nullptr) refuse_command(words.front());
  return page_of(*task, words);
}

// Before a command only options that every command has are allowed.
void check_words_before(const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (!is_global(word) && word != "--json")
      throw Error(ErrorKind::usage,
                  {"this is no option of groel's", word, "a command comes first: `groel help` lists all"});
}

bool wants_help(const tasks::Task& task, const std::vector<std::string>& words) {
  if (words == std::vector<std::string>{"help"}) return !std::filesystem::exists(words.front());
  const auto sorted = sort_words(task, words);
  return std::any_of(sorted.begin(), sorted.end(),
                     [](const Word& word) { return word.is_flag && (word.text == "-h" || word.text == "--help"); });
}

Invocation printed(std::string text) { return {nullptr, {}, std::move(text), false}; }

// What is asked before any command: help, the version, or nothing.
Invocation without_command(const std::vector<std::string>& arguments) {
  for (const std::string& word : arguments)
    if (word == "--version" || word == "-v" || word == "-V") return printed(version_text(arguments));
  check_words_before(arguments);
  return printed(help_page());
}

// `groel man`: the page of groel, of a command, or with --list the names of all.
std::string man_for(const std::vector<std::string>& words) {
  if (words.empty()) return man_page();
  if (words.front() == "--list") {
    std::string out;
    for (const std::string& name : man_page_names()) out += name + "\n";
    return out;
  }
  std::string name = words.front();
  if (name == "groel") return man_page();
  if (name.starts_with("groel-")) name.erase(0, 6);
  const tasks::Task* task = task_called(name);
  if (task == nullptr) refuse_command(name);
  return man_page(*task);
}

// Words that are no task's but print something; none: another word.
std::optional<std::string> page_called(const std::string& command, const std::vector<std::string>& words) {
  if (command == "help") return help_for(words);
  if (command == "version") return version_text(words);
  if (command == "completion") return completion(words.empty() ? std::string() : words.front());
  if (command == "man") return man_for(words);
  return std::nullopt;
}

}  // namespace

Invocation parse(const std::vector<std::string>& arguments) {
  const std::size_t at = command_at(arguments);
  if (at == arguments.size()) return without_command(arguments);
  const std::string& command = arguments[at];
  const auto here = arguments.begin() + static_cast<std::ptrdiff_t>(at);
  check_words_before({arguments.begin(), here});
  if (std::any_of(arguments.begin(), here, [](const std::string& word) { return word == "-h" || word == "--help"; }))
    return printed(help_for({here, arguments.end()}));
  const std::vector<std::string> words(here + 1, arguments.end());
  if (auto text = page_called(command, words)) return printed(*std::move(text));
  const tasks::Task* task = task_called(command);
  if (task == nullptr) refuse_command(command);
  if (std::find(arguments.begin(), arguments.end(), "--version") != arguments.end())
    return printed(version_text(arguments));
  if (wants_help(*task, words)) return printed(page_of(*task, words));
  if (task->respell == nullptr) return check_words(*task, words), Parser(*task).parse(arguments);
  const std::vector<std::string> ours = task->respell(words);
  check_words(*task, ours);
  std::vector<std::string> all(arguments.begin(), here + 1);
  all.insert(all.end(), ours.begin(), ours.end());
  return Parser(*task).parse(all);
}

}  // namespace groel::cli
