// Paths of routes, and their fields as the tables of options of the commands have them.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "tasks/serve/routes.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

const OptionSpec& option_of(const char* task, const char* option) {
  for (const Task& one : tasks())
    if (one.name == task)
      for (const OptionSpec& spec : one.options)
        if (spec.name == option) return spec;
  throw Error(ErrorKind::internal, fmt::format("there is no option --{} of groel {}", option, task));
}

const char* schema_type(OptionType type) {
  switch (type) {
    case OptionType::flag: return "boolean";
    case OptionType::integer: return "integer";
    case OptionType::number: return "number";
    case OptionType::list:
    case OptionType::paths: return "array";
    default: return "string";
  }
}

// The next part of a path, up to a slash; what is left of `path` begins after it.
std::string_view next_part(std::string_view& path) {
  const std::size_t slash = std::min(path.find('/'), path.size());
  const std::string_view out = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return out;
}

}  // namespace

bool is_path_of(const std::string& pattern, const std::string& path, std::map<std::string, std::string>& parts) {
  if (pattern.find('{') == std::string::npos) return pattern == path;
  std::string_view wanted = pattern, given = path;
  std::map<std::string, std::string> found;
  while (!wanted.empty()) {
    if (given.empty()) return false;
    const std::string_view part = next_part(wanted);
    if (!part.starts_with('{')) {
      if (next_part(given) != part) return false;
      continue;
    }
    const std::string_view value = wanted.empty() ? std::exchange(given, {}) : next_part(given);
    if (value.empty()) return false;
    found.emplace(part.substr(1, part.size() - 2), value);
    // Names of files and models may have slashes; others are one part.
    if (part != "{file}" && part != "{model}" && value.find('/') != std::string_view::npos) return false;
  }
  if (!given.empty()) return false;
  parts = std::move(found);
  return true;
}

std::string field_name(std::string option) {
  std::replace(option.begin(), option.end(), '-', '_');
  return option;
}

nlohmann::ordered_json option_field(const char* task, const char* option) {
  const OptionSpec& spec = option_of(task, option);
  nlohmann::ordered_json out{{"type", schema_type(spec.type)}, {"description", spec.help}};
  if (out["type"] == "array") out["items"] = {{"type", "string"}};
  if (!spec.choices.empty())
    out[out["type"] == "array" ? "items" : "enum"] =
        out["type"] == "array" ? nlohmann::ordered_json{{"type", "string"}, {"enum", spec.choices}}
                               : nlohmann::ordered_json(spec.choices);
  if (!spec.otherwise.is_null()) out["default"] = spec.otherwise;
  return out;
}

}  // namespace groel::tasks
