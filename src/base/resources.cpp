// Finds bundled files relative to the program.
#include "base/resources.h"

#include <cstdlib>

/// Share folder of the prefix in which find_package(groel) has found the library; defined in programs that were built
/// with that (cmake/share_folder.cpp) and in no others.
extern "C" const char* groel_share_folder() noexcept __attribute__((weak));

namespace groel {

namespace fs = std::filesystem;

std::vector<fs::path> resource_folders() {
  std::vector<fs::path> out;
  if (const char* home = std::getenv("GROEL_HOME"); home != nullptr && *home != '\0') out.emplace_back(home);
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed);
  const fs::path folder = program.parent_path();
  if (!failed) out.push_back(folder.parent_path() / "share" / "groel");  // PREFIX/bin/groel
  if (groel_share_folder != nullptr) out.emplace_back(groel_share_folder());
  for (fs::path up = folder; up.has_relative_path(); up = up.parent_path())  // build/release/groel
    if (fs::exists(up / "src" / "layers.txt", failed)) {
      out.push_back(up);
      break;
    }
  return out;
}

std::optional<fs::path> find_resource(const fs::path& relative) {
  std::error_code failed;
  for (const fs::path& folder : resource_folders())
    if (fs::exists(folder / relative, failed)) return folder / relative;
  return std::nullopt;
}

}  // namespace groel
