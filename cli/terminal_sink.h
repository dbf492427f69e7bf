// Messages on stderr: a progress line on a terminal, plain lines elsewhere.
#pragma once

#include <fmt/core.h>

#include <chrono>
#include <string_view>

#include "base/progress.h"

namespace groel::cli {

/// Writes to stderr. Messages that cannot be written (a full disk, a closed stream) are lost, without an error.
void say_text(std::string_view text) noexcept;
template <class... Arguments>
void say(fmt::format_string<Arguments...> pattern, Arguments&&... arguments) {
  say_text(fmt::format(pattern, std::forward<Arguments>(arguments)...));
}

class TerminalSink final : public Sink {
 public:
  /// With `quiet` true only warnings are shown.
  explicit TerminalSink(bool quiet);
  void progress(const Progress& progress) override;
  void progress_done() override;
  void note(std::string_view text) override;
  void warning(std::string_view text) override;

 private:
  void clear_line();
  bool quiet_;
  bool terminal_;
  bool line_open_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace groel::cli
