// Shows progress, notes and warnings on stderr.
#include "cli/terminal_sink.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/printable.h"
#include "base/progress_line.h"

namespace groel::cli {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

void say_text(std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

TerminalSink::TerminalSink(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0) {
  if (!terminal_) next_ = Clock::now() + std::chrono::seconds(10);
}

void TerminalSink::progress(const Progress& progress) {
  if (quiet_ || Clock::now() < next_) return;
  next_ = Clock::now() + (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(10000));
  if (terminal_)
    say("\r\033[K{}", printable(progress_line(progress), LineEnds::escape));
  else
    say("{}\n", printable(progress_line(progress), LineEnds::escape));
  line_open_ = terminal_;
}

void TerminalSink::progress_done() { clear_line(); }

void TerminalSink::note(std::string_view text) {
  if (quiet_) return;
  clear_line();
  say("{}\n", printable(text));
}

void TerminalSink::warning(std::string_view text) {
  clear_line();
  say("warning: {}\n", printable(text));
}

void TerminalSink::clear_line() {
  if (line_open_) say("\r\033[K");
  line_open_ = false;
}

}  // namespace groel::cli
