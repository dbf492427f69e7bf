// Collects output for stdout, writes it, and handles a reader that has closed its end of the pipe.
#include "cli/standard_output.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/printable.h"

namespace groel::cli {
namespace {
constexpr std::size_t kGather = std::size_t{1} << 16;
}

StandardOutput::StandardOutput() : terminal_(::isatty(STDOUT_FILENO) == 1), stream_(this) {}

// The first `count` bytes gathered.
bool StandardOutput::put(std::size_t count) {
  std::string text = gathered_.substr(0, count);
  gathered_.erase(0, count);
  if (terminal_) text = printable(text);
  for (std::size_t done = 0; done < text.size() && failure_ == 0;) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (written >= 0)
      done += static_cast<std::size_t>(written);
    else if (errno != EINTR)
      failure_ = errno;
  }
  return failure_ == 0;
}

StandardOutput::int_type StandardOutput::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  const char one = traits_type::to_char_type(c);
  return xsputn(&one, 1) == 1 ? c : traits_type::eof();
}

std::streamsize StandardOutput::xsputn(const char* text, std::streamsize size) {
  gathered_.append(text, static_cast<std::size_t>(size));
  if (gathered_.size() < kGather) return size;
  const std::size_t line = gathered_.rfind('\n');  // a character of several bytes is never cut
  return put(line == std::string::npos ? gathered_.size() : line + 1) ? size : 0;
}

int StandardOutput::sync() { return put(gathered_.size()) ? 0 : -1; }

void StandardOutput::finish() {
  put(gathered_.size());
  if (failure_ != 0) throw_errno("stdout", "write", failure_);
}

bool output_is_closed() noexcept {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return ::poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

void end_by_closed_pipe() noexcept {
  std::signal(SIGPIPE, SIG_DFL);
  ::raise(SIGPIPE);
  ::_exit(128 + SIGPIPE);  // where the signal is blocked
}

}  // namespace groel::cli
