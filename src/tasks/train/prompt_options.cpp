// Reads prompts and tasks from options.
#include "tasks/train/prompt_options.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/words.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& what, const std::string& remedy = {}) {
  throw Error(ErrorKind::usage, {what, "--task", remedy});
}

std::vector<std::string> split(std::string_view text, char between) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(between), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return out;
}

// "ppi: kind=pairs data=pairs.csv", or the JSON that a recipe's table was made into.
json fields_of(const std::string& text) {
  if (text.starts_with('{')) return json::parse(text);
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0)
    fail(fmt::format("'{}' does not begin with a task's name", text),
         "for example --task 'ppi: kind=pairs data=pairs.csv sequences=proteins.fasta prompts=ic weight=0.5'");
  json out{{"name", text.substr(0, colon)}};
  for (const std::string& word : split(std::string_view(text).substr(colon + 1), ' ')) {
    const std::size_t equal = word.find('=');
    if (equal == std::string::npos) fail(fmt::format("'{}' of task {} is no field=value", word, out["name"].dump()));
    out[word.substr(0, equal)] = word.substr(equal + 1);
  }
  return out;
}

class Fields {
 public:
  explicit Fields(json fields) : fields_(std::move(fields)), name_(fields_.value("name", "")) { seen_.insert("name"); }
  const std::string& name() const { return name_; }

  std::string text(const char* field, const std::string& otherwise) {
    seen_.insert(field);
    const auto found = fields_.find(field);
    if (found == fields_.end()) return otherwise;
    if (!found->is_string()) wrong(field, "a text");
    return found->get<std::string>();
  }
  double number(const char* field, double otherwise) {
    seen_.insert(field);
    const auto found = fields_.find(field);
    if (found == fields_.end()) return otherwise;
    if (found->is_number()) return found->get<double>();
    if (!found->is_string()) wrong(field, "a number");
    const std::string text = found->get<std::string>();
    double out = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || stop != text.data() + text.size()) wrong(field, "a number");
    return out;
  }
  std::vector<std::string> list(const char* field) {
    seen_.insert(field);
    const auto found = fields_.find(field);
    if (found == fields_.end()) return {};
    if (found->is_string()) return split(found->get<std::string>(), '+');
    if (!found->is_array()) wrong(field, "a list of texts");
    std::vector<std::string> out;
    for (const json& one : *found) {
      if (!one.is_string()) wrong(field, "a list of texts");
      out.push_back(one.get<std::string>());
    }
    return out;
  }
  void finish() const {
    for (const auto& [field, value] : fields_.items())
      if (!seen_.contains(field))
        fail(fmt::format("task '{}' has an unknown field '{}'", name_, field),
             "its fields are " + listed({seen_.begin(), seen_.end()}));
  }
  [[noreturn]] void wrong(const char* field, const char* wanted) const {
    fail(fmt::format("'{}' of task '{}' is {}, not {}", field, name_, fields_[field].dump(), wanted));
  }

 private:
  json fields_;
  std::string name_;
  std::set<std::string> seen_;
};

PromptTaskPlan task_of(const std::string& text) {
  Fields fields(fields_of(text));
  PromptTaskPlan out;
  out.task.name = fields.name();
  const std::string kind = fields.text("kind", "");
  if (kind != "masked" && kind != "pairs")
    fail(fmt::format("task '{}' has the kind '{}'", fields.name(), kind),
         "masked (masked language modelling) or pairs (which proteins interact)");
  out.task.kind = kind == "pairs" ? train::PromptTaskKind::pairs : train::PromptTaskKind::masked;
  out.task.prompts = fields.list("prompts");
  out.task.weight = fields.number("weight", 1);
  out.rate = fields.number("rate", 1);
  out.data = fields.list("data");
  out.valid = fields.list("valid");
  out.valid_fraction = fields.number("valid-fraction", 0);
  if (kind == "pairs") {
    out.sequences = fields.list("sequences");
    out.id_columns = fields.list("id-columns");
    out.label_columns = fields.list("label-columns");
  }
  fields.finish();
  if (out.data.empty()) fail(fmt::format("task '{}' has no data", fields.name()), "name files: data=FILE");
  if (kind == "pairs" && out.sequences.empty())
    fail(fmt::format("the sequences of the pairs of task '{}' are not named", fields.name()), "sequences=FILE");
  if (!(out.task.weight > 0)) fields.wrong("weight", "above 0");
  if (!(out.valid_fraction >= 0 && out.valid_fraction < 1)) fields.wrong("valid-fraction", "in [0, 1)");
  if (!out.valid.empty() && out.valid_fraction > 0)
    fail(fmt::format("what task '{}' holds out is said twice", fields.name()), "valid or valid-fraction");
  return out;
}

nn::PromptSpec prompt_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  nn::PromptSpec out{text.substr(0, colon), 8};
  if (colon == std::string::npos) return out;
  const std::string number = text.substr(colon + 1);
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), out.tokens);
  if (error != std::errc() || stop != number.data() + number.size() || out.tokens < 1 || out.tokens > 1024)
    throw Error(ErrorKind::usage,
                {fmt::format("'{}' is no number of tokens", number), "--prompts", "1 to 1024: seq:8"});
  return out;
}

}  // namespace

void PromptOptions::declare(OptionBinder& to) {
  to.group("Prompts");
  to.verbs({"prompts"});
  to(prompts, {.name = "prompts",
               .help = "New prompts, separated by commas, each with its number of tokens: seq:8,ic:8",
               .value_name = "NAMES"});
  to(prompts_see, {.name = "prompts-see",
                   .help = "What a prompt's token sees: itself alone (ConfProtein), or all prompts (PromptProtein)",
                   .otherwise = "itself",
                   .choices = {"itself", "prompts"}});
  to(prompt_gates, {.name = "prompt-gates",
                    .help = "Prompts close a gate on attention in every layer (PromptProtein), which is learned"});
  to(task, {.name = "task",
            .help = "What is learned, in a recipe a table [task.NAME] each; here 'NAME: kind=masked|pairs data=FILE "
                    "prompts=NAME+NAME weight=X rate=X valid-fraction=X', of pairs also sequences=FILE, "
                    "id-columns=A+B, label-columns=A+B",
            .value_name = "TASKS"});
  to.verbs({});
}

PromptPlan prompt_plan(const PromptOptions& options) {
  PromptPlan out;
  for (const std::string& text : options.prompts) out.shape.prompts.push_back(prompt_of(text));
  out.shape.together = options.prompts_see == "prompts";
  out.shape.gated = options.prompt_gates;
  out.shape.token_dropout = !options.prompt_gates;
  std::set<std::string> names;
  for (const std::string& text : options.task) {
    out.tasks.push_back(task_of(text));
    if (!names.insert(out.tasks.back().task.name).second) fail("two tasks are called " + out.tasks.back().task.name);
  }
  if (out.tasks.empty()) fail("there is no task", "name one in the recipe: a table [task.NAME]");
  if (out.tasks.front().rate != 1)
    fail(fmt::format("task '{}' is the first and has the rate {}", out.tasks.front().task.name, out.tasks.front().rate),
         "steps and epochs are those of the first task: put one with the rate 1 first");
  return out;
}

}  // namespace groel::tasks
