// Finds bundled files relative to the program, or to the library that this is in.
#include "base/resources.h"

#include <dlfcn.h>
#include <link.h>

#include <cstdlib>

/// Share folder of the prefix in which find_package(groel) has found the library; defined in programs that were built
/// with that (cmake/share_folder.cpp) and in no others.
extern "C" const char* groel_share_folder() noexcept __attribute__((weak));

namespace groel {

namespace fs = std::filesystem;

namespace {

struct OwnFile {
  fs::path path;            // empty: not to be found out
  bool is_library = false;  // libgroel.so, in a program of somebody else's
};

// The file that this code is in.
OwnFile own_file() {
  std::error_code failed;
  Dl_info info{};
  void* map = nullptr;
  if (dladdr1(reinterpret_cast<const void*>(&own_file), &info, &map, RTLD_DL_LINKMAP) != 0 && map != nullptr)
    if (const char* name = static_cast<const link_map*>(map)->l_name; *name != '\0')  // the program has none
      return {fs::canonical(name, failed), true};
  return {fs::read_symlink("/proc/self/exe", failed)};
}

}  // namespace

std::vector<fs::path> resource_folders() {
  std::vector<fs::path> out;
  if (const char* home = std::getenv("GROEL_HOME"); home != nullptr && *home != '\0') out.emplace_back(home);
  std::error_code failed;
  const OwnFile own = own_file();
  const fs::path folder = own.path.parent_path();
  if (!own.path.empty()) out.push_back(folder.parent_path() / "share" / "groel");             // PREFIX/bin/groel
  if (own.is_library) out.push_back(folder.parent_path().parent_path() / "share" / "groel");  // PREFIX/lib/TRIPLET
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
