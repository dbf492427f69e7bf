// Finds the format of an output by its file extension.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "base/error.h"

namespace groel::formats {

/// Lower case, without that of a compression: ".csv" of "Scan.CSV.gz".
std::string format_extension(const std::filesystem::path& path);

/// "CSV" of ".csv": a format as people write it.
std::string format_title(const std::string& extension);

/// Refuses a path whose extension is none of `known` (lower case), or that compresses what is not text. One without an
/// extension passes. Errors: usage, with the list.
void check_extension(const std::filesystem::path& path, std::span<const std::string> known);

}  // namespace groel::formats
