// From option tables to CLI11 and back.
#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "base/version.h"

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
  return (spec.letter ? fmt::format("-{},", spec.letter) : "") + "--" + spec.name;
}

std::string help_of(const OptionSpec& spec) {
  std::string text = spec.help;
  std::string choices;
  for (const std::string& choice : spec.choices) choices += (choices.empty() ? "" : ", ") + choice;
  if (!choices.empty()) text += ": " + choices;
  if (spec.otherwise.is_string()) text += fmt::format(" [{}]", spec.otherwise.get<std::string>());
  if (spec.otherwise.is_number()) text += fmt::format(" [{}]", spec.otherwise.dump());
  return text;
}

void add(CLI::App& command, Slot& slot) {
  const OptionSpec& spec = *slot.spec;
  if (spec.type == OptionType::flag) {
    slot.option = command.add_flag(flag_names(spec), slot.flag, help_of(spec));
    return;
  }
  slot.option = command.add_option(flag_names(spec), slot.words, help_of(spec));
  if (spec.type != OptionType::paths) slot.option->allow_extra_args(false);  // one word each time it is given
  slot.option->type_name(spec.value_name.empty() ? "" : spec.value_name);
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

std::string footer_of(const tasks::Task& task) {
  std::string text = "\n" + std::string(task.description) + "\n\nExamples:\n";
  for (const tasks::Example& example : task.examples)
    text += fmt::format("  {}\n      {}\n", example.command, example.what);
  return text;
}

class Parser {
 public:
  Parser() : app_("Protein language models: embed, read, score. `groel COMMAND --help` explains a command.", "groel") {
    app_.set_version_flag("--version", std::string(kVersion));
    app_.add_flag("-q,--quiet", quiet_, "No progress and notes, only warnings and errors");
    app_.add_flag(
        "--csv-guard", csv_guard_,
        "An apostrophe before cells of tables that a spreadsheet would execute (=, +, -, @, ...); numbers stay");
    app_.fallthrough();
    app_.require_subcommand(0, 1);  // after a command, a word that names another one is just a word
    for (const tasks::Task& task : tasks::tasks()) add_command(task);
  }

  Invocation parse(const std::vector<std::string>& arguments) {
    check_command(arguments);
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      app_.parse(reversed);
    } catch (const CLI::CallForHelp&) {
      return {nullptr, {}, app_.help(), quiet_};
    } catch (const CLI::CallForAllHelp&) {
      return {nullptr, {}, app_.help("", CLI::AppFormatMode::All), quiet_};
    } catch (const CLI::CallForVersion&) {
      return {nullptr, {}, std::string(kVersion) + "\n", quiet_};
    } catch (const CLI::ParseError& error) {
      throw Error(ErrorKind::usage, {error.what(), {}, suggestion(error)});
    }
    for (const tasks::Task& task : tasks::tasks())
      if (app_.got_subcommand(std::string(task.name))) return {&task, given(task), {}, quiet_, csv_guard_};
    return {nullptr, {}, app_.help(), quiet_};
  }

 private:
  void add_command(const tasks::Task& task) {
    CLI::App* command = app_.add_subcommand(std::string(task.name), std::string(task.summary));
    command->footer(footer_of(task));
    auto& slots = slots_[std::string(task.name)];
    slots.reserve(task.options.size());
    for (const OptionSpec& spec : task.options) add(*command, slots.emplace_back(Slot{&spec, nullptr, {}, false}));
  }

  static void check_command(const std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments[0].starts_with("-")) return;
    std::vector<std::string> names;
    for (const tasks::Task& task : tasks::tasks()) names.emplace_back(task.name);
    if (std::find(names.begin(), names.end(), arguments[0]) != names.end()) return;
    const auto near = nearest(arguments[0], names);
    throw Error(ErrorKind::usage, {fmt::format("there is no command '{}'", arguments[0]),
                                   {},
                                   near ? fmt::format("did you mean '{}'? `groel --help` lists all", *near)
                                        : "`groel --help` lists all"});
  }

  // "did you mean" for the first unknown option in CLI11's message.
  std::string suggestion(const CLI::ParseError& error) const {
    std::vector<std::string> known;
    for (const auto& [task, slots] : slots_)
      if (app_.got_subcommand(task))
        for (const Slot& slot : slots) known.push_back("--" + slot.spec->name);
    const std::string text = error.what();
    const auto dashes = text.find("--");
    if (dashes == std::string::npos) return "`groel COMMAND --help` shows the options";
    const std::string word = text.substr(dashes, text.find_first_of(" =,:", dashes) - dashes);
    const auto near = nearest(word, known);
    return near && *near != word ? fmt::format("did you mean '{}'?", *near)
                                 : "`groel COMMAND --help` shows the options";
  }

  nlohmann::json given(const tasks::Task& task) const {
    nlohmann::json out = nlohmann::json::object();
    for (const Slot& slot : slots_.at(std::string(task.name)))
      if (slot.option->count() > 0) out[slot.spec->name] = value_of(slot);
    return out;
  }

  CLI::App app_;
  bool quiet_ = false;
  bool csv_guard_ = false;
  std::map<std::string, std::vector<Slot>> slots_;
};

}  // namespace

Invocation parse(const std::vector<std::string>& arguments) { return Parser().parse(arguments); }

}  // namespace groel::cli
