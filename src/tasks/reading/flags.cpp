// Replaces field names in messages by flags; fields are found by the marks around them.
#include "tasks/reading/flags.h"

#include <algorithm>
#include <regex>

#include "tasks/task.h"

namespace groel::tasks {
namespace {

bool is_option(const std::string& name) {
  return std::any_of(tasks().begin(), tasks().end(), [&](const Task& task) {
    return std::any_of(task.options.begin(), task.options.end(),
                       [&](const OptionSpec& spec) { return spec.name == name; });
  });
}

// "--long window" of long and window; empty for what is no option.
std::string flag_of(std::string name, const std::string& value) {
  std::replace(name.begin(), name.end(), '_', '-');
  if (!is_option(name)) return {};
  return "--" + name + (value.empty() ? "" : " " + value);
}

}  // namespace

std::string with_flags(std::string_view text) {
  static const std::regex fields("`([a-z][a-z0-9_-]*)(=([^`]+))?`");
  std::string out;
  std::string rest(text);
  for (std::smatch found; std::regex_search(rest, found, fields); rest = found.suffix()) {
    const std::string flag = flag_of(found[1], found[3]);
    out += found.prefix().str() + (flag.empty() ? found[0].str() : flag);
  }
  return out + rest;
}

Error with_flags(const Error& error) {
  const Error::Parts& parts = error.parts();
  return Error(error.kind(), {with_flags(parts.what), with_flags(parts.where), with_flags(parts.remedy)});
}

}  // namespace groel::tasks
