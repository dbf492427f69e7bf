// Makes file names from sequence ids.
#include "tasks/reading/output_name.h"

#include <cctype>
#include <map>

#include "base/compress.h"
#include "base/error.h"
#include "base/output_place.h"

namespace groel::tasks {

std::filesystem::path with_part(const std::filesystem::path& path, const std::string& part) {
  constexpr std::size_t kLongest = 100;
  std::string clean;
  for (const char c : part.substr(0, kLongest)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
    clean += plain ? c : '_';
  }
  const std::filesystem::path bare = without_compression(path);  // "maps.rr.gz" is two extensions long
  const std::string tail = path.filename().string().substr(bare.filename().string().size());
  return path.parent_path() / (bare.stem().string() + "-" + clean + bare.extension().string() + tail);
}

void check_free(const std::filesystem::path& path, Standing standing) {
  if (!path.empty() && standing == Standing::refuse && output_stands(path))
    throw Error(ErrorKind::usage,
                {"the output exists already", path.string(), "choose another name, or add --overwrite"});
}

std::vector<std::filesystem::path> part_paths(const std::filesystem::path& path, const std::vector<std::string>& parts,
                                              Standing standing) {
  if (path.empty()) return {};
  if (parts.size() == 1) return {path};
  std::vector<std::filesystem::path> out;
  std::map<std::filesystem::path, std::string> taken;
  for (const std::string& part : parts) {
    out.push_back(with_part(path, part));
    const auto [other, is_new] = taken.emplace(out.back(), part);
    if (!is_new)
      throw Error(ErrorKind::usage,
                  {fmt::format("'{}' and '{}' would be one file", other->second, part), out.back().string(),
                   "give the records ids of their own, or name one by --record"});
    if (standing == Standing::refuse && output_stands(out.back()))
      throw Error(ErrorKind::usage,
                  {"this file exists already", out.back().string(), "choose another name, or add --overwrite"});
  }
  return out;
}

}  // namespace groel::tasks
