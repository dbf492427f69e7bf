// The rules of CONTRIBUTING.md that a program can check.
#pragma once

#include <regex>
#include <set>
#include <string>
#include <vector>

#include "project/source_tree.h"

namespace groel::project {

inline constexpr std::size_t kMostLines = 400;

/// Files longer than kMostLines, except those in `allowed`.
inline std::vector<std::string> check_length(const std::vector<SourceFile>& files,
                                             const std::set<std::string>& allowed) {
  std::vector<std::string> problems;
  for (const SourceFile& file : files)
    if (file.lines.size() > kMostLines && !allowed.contains(file.path))
      problems.push_back(file.path + ": " + std::to_string(file.lines.size()) + " lines; split it (" +
                         std::to_string(kMostLines) + " at most)");
  return problems;
}

/// Files that do not open with a line comment saying what they are for.
inline std::vector<std::string> check_opening(const std::vector<SourceFile>& files) {
  std::vector<std::string> problems;
  for (const SourceFile& file : files)
    if (file.lines.empty() || file.lines[0].rfind("// ", 0) != 0)
      problems.push_back(file.path + ":1: the first line does not say what the file is for (\"// ...\")");
  return problems;
}

/// A line without its string literals and without its line comment, so that words in them are not taken for code.
inline std::string code_of(const std::string& line) {
  std::string code;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line.compare(i, 2, "//") == 0) break;
    if (line[i] != '"') {
      code += line[i];
      continue;
    }
    while (++i < line.size() && line[i] != '"')
      if (line[i] == '\\') ++i;
    code += "\"\"";
  }
  return code;
}

/// Library code that prints or ends the process: a library throws groel::Error and leaves both to its caller.
inline std::vector<std::string> check_quiet(const std::vector<SourceFile>& files) {
  static const std::regex kForbidden(
      R"(\b(std::)?(cout|cerr|clog)\b|\bfmt::print|\b(printf|fprintf|vprintf|vfprintf|puts|putchar|perror|exit|_exit|_Exit|quick_exit|abort|terminate)\s*\()");
  // Where a signal leaves no other way, and in a child process of our own, which must not run the parent's exit
  // handlers.
  static const std::set<std::string> kMayEnd{"src/base/child.cpp", "src/base/interrupt.cpp",
                                             "src/base/mapped_ranges.cpp"};
  std::vector<std::string> problems;
  for (const SourceFile& file : files)
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      std::smatch match;
      const std::string code = code_of(file.lines[i]);
      if (!std::regex_search(code, match, kForbidden)) continue;
      if (match.str().rfind("_exit", 0) != 0 || !kMayEnd.contains(file.path))
        problems.push_back(file.path + ":" + std::to_string(i + 1) + ": the library may not use " + match.str());
    }
  return problems;
}

}  // namespace groel::project
