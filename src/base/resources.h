// Files that come with GroEL: examples and bundled models.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace groel {

/// Folders in which bundled files are looked for, in this order: $GROEL_HOME, share/groel beside the program
/// (BIN/../share), share/groel of the prefix in which find_package(groel) found the library, the source tree that the
/// program was built in. Where this is part of a shared library, it takes the program's place (LIB/../share).
std::vector<std::filesystem::path> resource_folders();
/// The first existing one of `relative` in those folders.
std::optional<std::filesystem::path> find_resource(const std::filesystem::path& relative);

}  // namespace groel
