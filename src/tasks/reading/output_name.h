// Files of one command that are several: one a record, one a map.
#pragma once

#include <filesystem>
#include <string>

namespace groel::tasks {

/// "maps/a.svg" and "sp|P01308" -> "maps/a-sp_P01308.svg": letters, digits, '.', '-' and '_' stay, all else becomes
/// '_'.
std::filesystem::path with_part(const std::filesystem::path& path, const std::string& part);

}  // namespace groel::tasks
