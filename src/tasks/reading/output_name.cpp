// Names made from ids.
#include "tasks/reading/output_name.h"

#include <cctype>

namespace groel::tasks {

std::filesystem::path with_part(const std::filesystem::path& path, const std::string& part) {
  constexpr std::size_t kLongest = 100;
  std::string clean;
  for (const char c : part.substr(0, kLongest)) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
    clean += plain ? c : '_';
  }
  return path.parent_path() / (path.stem().string() + "-" + clean + path.extension().string());
}

}  // namespace groel::tasks
