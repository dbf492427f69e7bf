// Talk on stderr: a progress line on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>

#include "base/progress.h"

namespace groel::cli {

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
