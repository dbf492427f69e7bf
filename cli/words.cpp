// Recognises habits from other programs (such as lists separated by spaces) in the words of a command line.
#include "cli/words.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>

#include "cli/foreign.h"
#include "cli/help.h"

namespace groel::cli {
namespace {

bool exists(const std::string& word) {
  std::error_code ignored;
  return std::filesystem::exists(word, ignored);
}

const OptionSpec* by_name(const tasks::Task& task, const std::string& name) {
  for (const OptionSpec& spec : task.options)
    if (is_called(spec, name) && spec.type != OptionType::paths) return &spec;
  return nullptr;
}

const OptionSpec* by_letter(const tasks::Task& task, char letter) {
  for (const OptionSpec& spec : task.options)
    if (spec.letter == letter && letter != '\0') return &spec;
  return nullptr;
}

bool is_number(const std::string& word) {
  const std::size_t sign = word.starts_with('-') ? 1 : 0;
  return word.size() > sign && word.find_first_not_of("0123456789.", sign) == std::string::npos;
}

// "--layers=3" -> "layers"
std::string long_name(const std::string& word) { return word.substr(2, word.find('=') - 2); }

bool is_long(const std::string& word) { return word.size() > 2 && word.starts_with("--"); }
bool is_short(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word[1] != '-' && !is_number(word);
}

// The option of a flag word, null for one that there is not.
const OptionSpec* option_of(const tasks::Task& task, const std::string& word) {
  return is_long(word) ? by_name(task, long_name(word)) : by_letter(task, word[1]);
}

bool has_its_value(const std::string& word) {
  return is_long(word) ? word.find('=') != std::string::npos : word.size() > 2;
}

[[noreturn]] void refuse(const std::string& what, const std::string& where, const std::string& remedy) {
  throw Error(ErrorKind::usage, {what, where, remedy});
}

// Whether the task's first word is the model, which others take by -m.
bool model_is_a_word(const tasks::Task& task) {
  return std::any_of(task.options.begin(), task.options.end(),
                     [](const OptionSpec& spec) { return spec.type == OptionType::paths && spec.name == "model"; });
}

void check_flag(const tasks::Task& task, const std::string& word) {
  if (is_global(word)) return;
  if ((word == "-m" || word == "--model") && model_is_a_word(task))
    refuse(fmt::format("`groel {}` has no such option", task.name), word,
           fmt::format("the model needs no flag: groel {} MODEL", task.name));
  if (is_long(word) && by_name(task, long_name(word)) == nullptr)
    refuse(fmt::format("`groel {}` has no such option", task.name), "--" + long_name(word),
           flag_remedy(task, long_name(word)));
  if (!is_short(word)) return;
  const std::string name = word.substr(1, word.find('=') - 1);
  std::string dashed = name;
  std::replace(dashed.begin(), dashed.end(), '_', '-');
  if (name.size() > 1 && by_name(task, dashed) != nullptr)
    refuse("long options begin with two dashes", word, fmt::format("write --{}", dashed));
  if (by_letter(task, word[1]) == nullptr && word[1] != 'q')
    refuse(fmt::format("`groel {}` has no such option", task.name), word,
           name.size() > 1 ? flag_remedy(task, name) : fmt::format("`groel help {}` shows its options", task.name));
}

void check_value(const tasks::Task& task, const Word& word) {
  const OptionSpec& spec = *word.value_of;
  if (spec.choices.empty()) return;
  std::istringstream parts(word.text);
  for (std::string part; std::getline(parts, part, ',');)
    if (const std::string choice = choice_for(spec, part); !choice.empty())
      refuse(fmt::format("'{}' is called '{}' here", part, choice), "--" + spec.name,
             "choose from: " + listed(spec.choices));
  const bool known = std::find(spec.choices.begin(), spec.choices.end(), word.text) != spec.choices.end();
  if (!known && spec.letter != '\0' && word.text.find(',') == std::string::npos && exists(word.text))
    refuse(fmt::format("-{} is --{}, and '{}' is a file", spec.letter, spec.name, word.text), "--" + spec.name,
           fmt::format("the input needs no flag: groel {} {}", task.name, shell_quoted(word.text)));
}

bool is_list(const OptionSpec& spec) { return spec.type == OptionType::list || spec.value_name == "LIST"; }

// "--include mean per_tok", "--layers 0 32 33": a list is one word here.
void check_free_word(const tasks::Task& task, const Word& word, const std::string& value) {
  if (word.after == nullptr || !is_list(*word.after)) return;
  const OptionSpec& spec = *word.after;
  if (exists(word.text)) {  // an input, but where the first word says what to do
    if (task.verbs.empty() || !spec.choices.empty() || !exists(value)) return;
    refuse(fmt::format("'{}' is separated from the list before it", word.text), "--" + spec.name,
           fmt::format("a list is one word, with commas: --{} {},{}", spec.name, value, word.text));
  }
  const std::string choice = choice_for(spec, word.text);
  const bool member = std::find(spec.choices.begin(), spec.choices.end(), word.text) != spec.choices.end();
  if (!member && choice.empty() && !(spec.choices.empty() && is_number(word.text))) return;
  refuse(fmt::format("'{}' is separated from the list before it", word.text), "--" + spec.name,
         fmt::format("a list is one word, with commas: --{} {},{}", spec.name, value,
                     choice.empty() ? word.text : choice));
}

[[noreturn]] void refuse_without_value(const OptionSpec& spec) {
  refuse(
      "needs a value", "--" + spec.name,
      fmt::format("{}: --{} {}", spec.help, spec.name, spec.choices.empty() ? spec.value_name : spec.choices.front()));
}

}  // namespace

bool is_global(const std::string& word) {
  return word == "--version" ||
         std::any_of(std::begin(kGlobalOptions), std::end(kGlobalOptions), [&](const GlobalOption& option) {
           return word == fmt::format("--{}", option.name) ||
                  (option.letter != '\0' && word == fmt::format("-{}", option.letter));
         });
}

std::vector<Word> sort_words(const tasks::Task& task, const std::vector<std::string>& words) {
  std::vector<Word> out;
  const OptionSpec* waiting = nullptr;  // for its value
  const OptionSpec* last = nullptr;
  bool only_free = false;  // after --
  for (const std::string& text : words) {
    if (waiting != nullptr && !(is_long(text) && by_name(task, long_name(text)) != nullptr)) {
      out.push_back({text, waiting, nullptr, false});
      last = std::exchange(waiting, nullptr);
    } else if (!only_free && (is_long(text) || is_short(text))) {
      if (waiting != nullptr) refuse_without_value(*waiting);
      out.push_back({text, nullptr, nullptr, true});
      last = option_of(task, text);
      if (last != nullptr && last->type != OptionType::flag && !has_its_value(text)) waiting = last;
    } else if (text == "--") {
      only_free = true;
    } else {
      out.push_back({text, nullptr, only_free ? nullptr : last, false});
    }
  }
  if (waiting != nullptr) refuse_without_value(*waiting);
  return out;
}

void check_words(const tasks::Task& task, const std::vector<std::string>& words) {
  std::string value;
  for (const Word& word : sort_words(task, words)) {
    if (word.is_flag) check_flag(task, word.text);
    if (word.value_of != nullptr) check_value(task, word);
    if (!word.is_flag && word.value_of == nullptr) check_free_word(task, word, value);
    if (word.value_of != nullptr) value = word.text;
    if (word.is_flag && has_its_value(word.text))
      value = word.text.substr(is_long(word.text) ? word.text.find('=') + 1 : 2);
  }
}

}  // namespace groel::cli
