// Makes names that a file system takes, each once.
#include "formats/label_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "formats/text.h"

namespace groel::formats {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongest = 240;  // of the 255 bytes that a name has; "~2" and ".pt" follow
constexpr std::size_t kShortened = 200;

std::string digest(std::string_view text) {
  Sha256 sha;
  sha.update(text);
  return sha.finish().substr(0, 8);
}

// One part between slashes.
std::string part_of(std::string part) {
  if (part.empty() || part == "." || part == "..") return "_";
  if (part.size() <= kLongest) return part;
  std::size_t end = kShortened;
  while (end > 0 && (static_cast<unsigned char>(part[end]) & 0xc0U) == 0x80U) --end;  // not within a character
  return fmt::format("{}~{}", part.substr(0, end), digest(part));
}

fs::path stem_of(std::string_view label) {
  const std::string text = clean_utf8(label);
  fs::path out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    out /= part_of(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

bool LabelFiles::is_free(const fs::path& file) const {
  if (files_.contains(file) || folders_.contains(file)) return false;
  for (fs::path folder = file.parent_path(); !folder.empty(); folder = folder.parent_path())
    if (files_.contains(folder)) return false;
  return true;
}

fs::path LabelFiles::next(std::string_view label) {
  std::string stem = stem_of(label).string();
  const auto in_a_file = [&] {
    for (fs::path folder = fs::path(stem).parent_path(); !folder.empty(); folder = folder.parent_path())
      if (files_.contains(folder)) return true;
    return false;
  };
  if (in_a_file()) std::replace(stem.begin(), stem.end(), '/', '_');
  fs::path file = stem + ".pt";
  for (int number = 2; !is_free(file); ++number) file = fmt::format("{}~{}.pt", stem, number);
  for (fs::path folder = file.parent_path(); !folder.empty(); folder = folder.parent_path()) folders_.insert(folder);
  files_.insert(file);
  return file;
}

}  // namespace groel::formats
