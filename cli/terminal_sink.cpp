// Shows progress, notes and warnings on stderr.
#include "cli/terminal_sink.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/printable.h"

namespace groel::cli {
namespace {

using Clock = std::chrono::steady_clock;

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string text_of(const Progress& progress) {
  const double rate = progress.seconds > 0 ? static_cast<double>(progress.tokens) / progress.seconds : 0;
  std::string text = fmt::format("{} {}", progress.phase, progress.done);
  if (progress.total > 0) text += fmt::format("/{}", progress.total);
  constexpr double kWhole = 10;  // from here on rates are told without decimals
  text += fmt::format(" {}, {:.{}f} {}/s", progress.unit, rate, rate < kWhole ? 1 : 0, progress.token_unit);
  if (!progress.detail.empty()) text += fmt::format(", {}", progress.detail);
  if (rate > 0 && progress.total_tokens > progress.tokens)
    text += fmt::format(", {} left", clock_text(static_cast<double>(progress.total_tokens - progress.tokens) / rate));
  return text;
}

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
    say("\r\033[K{}", printable(text_of(progress), LineEnds::escape));
  else
    say("{}\n", printable(text_of(progress), LineEnds::escape));
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
