// Types by the name under which headers declare them.
#pragma once

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "project/source_tree.h"

namespace groel::project {

/// Name -> the headers that define a type of that name outside of any other type: what is at the start of a line.
/// Specialisations of templates and members that a header defines for another ("struct A::B") do not count.
inline std::map<std::string, std::set<std::string>> types_of(const std::vector<SourceFile>& files) {
  static const std::regex kType(
      R"(^(struct|class|enum|enum class) (?:\[\[\w+\]\] )?([A-Za-z_]\w*)( final)?( :[^:].*)?( \{.*)?$)");
  std::map<std::string, std::set<std::string>> found;
  for (const SourceFile& file : files) {
    if (!file.path.ends_with(".h")) continue;
    bool of_template = false;
    for (const std::string& line : file.lines) {
      const bool may = line.starts_with("struct ") || line.starts_with("class ") || line.starts_with("enum ");
      std::smatch match;
      if (may && std::regex_match(line, match, kType) && !(of_template && line.find('<') != std::string::npos))
        found[match[2]].insert(file.path);
      of_template = line.starts_with("template <>");
    }
  }
  return found;
}

/// Names that two headers give to types, except those in `allowed`, as "name: header, header".
inline std::vector<std::string> check_types(const std::map<std::string, std::set<std::string>>& types,
                                            const std::map<std::string, std::string>& allowed) {
  std::vector<std::string> problems;
  for (const auto& [name, headers] : types) {
    if (headers.size() < 2 || allowed.contains(name)) continue;
    std::string line = name + ":";
    for (const std::string& header : headers) line += " " + header;
    problems.push_back(line);
  }
  return problems;
}

}  // namespace groel::project
