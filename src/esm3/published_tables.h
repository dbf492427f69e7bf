// Tables that are published beside ESM3's code and weights, and where they are looked for.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace groel::esm3 {

/// The file whose name begins and ends so, in `folder`, in its data folder, or in those beside and above it; none.
std::optional<std::filesystem::path> find_table(const std::filesystem::path& folder, std::string_view begin,
                                                std::string_view end);
/// The same. Errors: not_found, naming the file and what it is `used` for ("annotations of function").
std::filesystem::path require_table(const std::filesystem::path& folder, std::string_view begin, std::string_view end,
                                    std::string_view used);

}  // namespace groel::esm3
