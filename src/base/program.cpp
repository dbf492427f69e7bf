// Starts a program in a child process.
#include "base/program.h"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>

#include <csignal>
#include <cstdlib>

#include "base/child.h"
#include "base/interrupt.h"

namespace groel {

namespace fs = std::filesystem;

std::optional<fs::path> find_program(const std::string& name) {
  const char* const variable = std::getenv("PATH");
  const std::string path = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    const fs::path file = fs::path(path.substr(at, end - at)) / name;
    std::error_code ignored;
    if (fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0) return file;
    at = end + 1;
  }
  return std::nullopt;
}

bool run_program(const std::vector<std::string>& words, const fs::path& log) {
  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string log_name = log.string();
  // The pipe to this process closes as the program starts: what is left is to wait for its end.
  const ChildEnd end = run_in_child(
      [&](const ChildSender&) {
        const int file = ::open(log_name.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (file >= 0) {
          ::dup2(file, STDOUT_FILENO);
          ::dup2(file, STDERR_FILENO);
        }
        ::execv(arguments[0], arguments.data());
        ::raise(SIGKILL);  // it did not start
      },
      [](std::span<const std::byte>) {}, {.memory = std::size_t{1} << 46, .working = 1e9, .waiting = 1e9});
  check_interrupted();
  return end == ChildEnd::finished;
}

}  // namespace groel
