// Looks for parts in the program's folder and in those around it, and loads them.
#include "base/loaded_part.h"

#include <dlfcn.h>

#include <filesystem>

namespace groel {

namespace fs = std::filesystem;

void* loaded_part(const char* file, const char* entry) {
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const char* below : {"", "..", "../..", "../lib/groel", "../../lib/groel"}) {
    const fs::path path = folder / below / file;
    if (!fs::exists(path, ignored)) continue;
    if (void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL); handle != nullptr)
      if (void* const function = dlsym(handle, entry); function != nullptr) return function;
  }
  return nullptr;
}

}  // namespace groel
