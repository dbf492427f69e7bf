// Follows symbolic links one by one, so that links to open descriptors are recognised before they are followed.
#include "base/output_place.h"

#include <sys/stat.h>

#include <algorithm>
#include <string_view>

namespace groel {
namespace {

namespace fs = std::filesystem;

constexpr int kMostLinks = 40;  // the system's own limit

// /dev/fd/63, /proc/self/fd/1, /proc/1234/fd/1: what they name is open already, and replacing it would miss the reader.
bool is_descriptor(const fs::path& path) {
  const std::string text = path.string();
  return path.parent_path().filename() == "fd" && (text.starts_with("/dev/") || text.starts_with("/proc/"));
}

bool is_special(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

}  // namespace

OutputPlace output_place(const fs::path& path) {
  std::error_code failed;
  fs::path at = path;
  for (int links = 0; links < kMostLinks; ++links) {
    if (is_descriptor(at)) return {path, true};
    if (!fs::is_symlink(at, failed)) break;
    const fs::path next = fs::read_symlink(at, failed);
    if (failed) break;
    at = at.parent_path() / next;  // not shortened: a folder on the way may be a link, too
  }
  if (is_special(at)) return {path, true};
  return {at, false};
}

bool names_standard_output(const fs::path& path) {
  constexpr std::string_view kNames[] = {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};
  return std::find(std::begin(kNames), std::end(kNames), path.string()) != std::end(kNames);
}

bool output_stands(const fs::path& path) {
  std::error_code ignored;
  const OutputPlace place = output_place(path);
  return !place.special && fs::exists(place.path, ignored);
}

}  // namespace groel
