// A question on stderr, its answer from stdin.
#include "cli/question.h"

#include <unistd.h>

#include "cli/terminal_sink.h"

namespace groel::cli {
namespace {

// Up to the end of the line, and not a byte more: what follows is the command's input.
std::string answered_line() {
  std::string line;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

bool ask(const std::string& question) {
  say("{} [y/N] ", question);
  const std::string answer = answered_line();
  const auto first = answer.find_first_not_of(" \t");
  return first != std::string::npos && (answer[first] == 'y' || answer[first] == 'Y');
}

}  // namespace

std::function<bool(const std::string& question)> asker() {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return {};
  return ask;
}

}  // namespace groel::cli
