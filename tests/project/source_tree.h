// The source files of the project, as text, for the tests that read them.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace groel::project {

struct SourceFile {
  std::string path;                ///< from the project's root, e.g. "src/ops/norm.cpp"
  std::vector<std::string> lines;  ///< without line ends
};

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// Every .h, .cpp, .inc and .in file under the folders named, in the order of their paths.
inline std::vector<SourceFile> source_files(const std::vector<std::string>& folders) {
  static const std::set<std::string> kExtensions{".h", ".cpp", ".inc", ".in"};
  const std::filesystem::path root = GROEL_SOURCE_DIR;
  std::vector<SourceFile> files;
  for (const std::string& folder : folders) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (!entry.is_regular_file() || !kExtensions.contains(entry.path().extension().string())) continue;
      files.push_back(
          {std::filesystem::relative(entry.path(), root).generic_string(), split_lines(read_text(entry.path()))});
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

/// One problem per line, for the message of a failed test.
inline std::string join(const std::vector<std::string>& problems) {
  std::string out;
  for (const std::string& problem : problems) out += "\n  " + problem;
  return out;
}

}  // namespace groel::project
