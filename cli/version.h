// What this build is: `groel --version`.
#pragma once

#include <string>
#include <vector>

namespace groel::cli {

/// The version; with --json among the words the commit, compiler, flags, libraries, instruction sets, and where bundled
/// files are, too.
std::string version_text(const std::vector<std::string>& words);

}  // namespace groel::cli
