// Runs other programs that are installed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace groel {

/// Where the shell would find a program: the first folder of PATH that has it. None: it is not installed.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// Runs `words[0]` with the others as its arguments and waits for its end; what it prints goes to `log`. It has no
/// input. -> whether it ended with 0. Errors: io, when the system starts no process; interrupted.
bool run_program(const std::vector<std::string>& words, const std::filesystem::path& log);

}  // namespace groel
