// Checks that errors are found: copies of cases with one value changed, and folders that are broken or of no kind.
#pragma once

#include <filesystem>
#include <string>

namespace groel::golden {

struct SelfCheckReport {
  int changes = 0;       ///< copies that were changed or damaged, and run
  std::string problems;  ///< what did not come out as it has to, a line each
};

/// Takes one case of each kind from `directory` and works in a temporary folder.
SelfCheckReport self_check(const std::filesystem::path& directory);

}  // namespace groel::golden
