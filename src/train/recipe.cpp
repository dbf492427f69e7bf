// Reads recipe files in TOML.
#include "train/recipe.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "base/text_file.h"
#include "base/toml.h"

namespace groel::train {
namespace {

using nlohmann::json;

constexpr const char* kTask = "task";
constexpr std::size_t kLargestRecipe = std::size_t{1} << 20;

Error unknown(const TomlEntry& entry, const std::string& name, const std::vector<OptionSpec>& options) {
  std::vector<std::string> names;
  for (const OptionSpec& option : options) names.push_back(option.name);
  const auto near = nearest(name, names);
  return Error(ErrorKind::usage,
               {fmt::format("there is no option '{}'", entry.key), entry.where,
                near ? fmt::format("did you mean '{}'?", *near) : "`groel train --help` lists the options"});
}

// The option's name in the table.
std::string name_of(const TomlEntry& entry, const std::vector<OptionSpec>& options) {
  std::string name = entry.key;
  std::replace(name.begin(), name.end(), '_', '-');
  const auto known =
      std::find_if(options.begin(), options.end(), [&](const OptionSpec& option) { return is_called(option, name); });
  if (known == options.end()) throw unknown(entry, name, options);
  return known->name;
}

// A table [task.NAME] is one value of the option of that name, as JSON.
bool is_of_task(const TomlEntry& entry, const std::vector<OptionSpec>& options) {
  return entry.table.starts_with(std::string(kTask) + ".") &&
         std::any_of(options.begin(), options.end(), [](const OptionSpec& option) { return option.name == kTask; });
}

void add_to_task(const TomlEntry& entry, std::map<std::string, json>& tasks) {
  const std::string name = entry.table.substr(std::strlen(kTask) + 1);
  std::string key = entry.key;
  std::replace(key.begin(), key.end(), '_', '-');
  if (entry.value.is_null() || key == "name")
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no field of a task", entry.key), entry.where,
                                   "a task has texts, numbers and lists of texts; its name is that of its table"});
  json& task = tasks.try_emplace(name, json{{"name", name}}).first->second;
  task[key] = entry.value;
}

}  // namespace

json parse_recipe(const std::string& text, const std::string& label, const std::vector<OptionSpec>& options) {
  json out = json::object();
  std::map<std::string, json> tasks;
  for (const TomlEntry& entry : parse_toml(text, label)) {
    if (is_of_task(entry, options)) {
      add_to_task(entry, tasks);
      continue;
    }
    // Other tables are for the reader's eye.
    const std::string name = name_of(entry, options);
    if (out.contains(name))
      throw Error(ErrorKind::usage, {fmt::format("'{}' occurs twice", entry.key), entry.where, {}});
    if (entry.value.is_null())
      throw Error(ErrorKind::usage, {"a recipe holds texts, numbers, true, false and lists of texts", entry.where, {}});
    out[name] = entry.value;
  }
  for (const auto& [name, fields] : tasks) out[kTask].push_back(fields.dump());
  return out;
}

json read_recipe(const std::filesystem::path& path, const std::vector<OptionSpec>& options) {
  return parse_recipe(read_text(path, kLargestRecipe), path.string(), options);
}

}  // namespace groel::train
