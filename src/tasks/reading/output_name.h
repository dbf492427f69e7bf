// Names of outputs that are several files: one per record or per map.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace groel::tasks {

/// "maps/a.svg" and "sp|P01308" -> "maps/a-sp_P01308.svg": letters, digits, '.', '-' and '_' stay, all else becomes
/// '_'.
std::filesystem::path with_part(const std::filesystem::path& path, const std::string& part);

/// What to do with files that exist already.
enum class Standing { refuse, replace };

/// Refuses a file that exists already, unless it is to be replaced; an empty path is none. Errors: usage.
void check_free(const std::filesystem::path& path, Standing standing);

/// The file of each part: `path` itself where there is one part, else with_part; none for an empty path. Errors: usage,
/// for parts whose names are alike as file names, and for files that exist already, unless they are to be replaced.
std::vector<std::filesystem::path> part_paths(const std::filesystem::path& path, const std::vector<std::string>& parts,
                                              Standing standing);

}  // namespace groel::tasks
