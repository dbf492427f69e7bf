// Reports the progress of the forward passes of a masked scan.
#pragma once

#include <chrono>

#include "base/progress.h"

namespace groel::tasks {

class ScanProgress {
 public:
  struct Work {
    std::string_view phase;
    std::string_view unit;  ///< of what is counted
    std::int64_t total = 0;
    std::int64_t positions = 0;  ///< to be answered
  };
  ScanProgress(Sink& sink, const Work& work) : sink_(sink), begin_(std::chrono::steady_clock::now()) {
    progress_.phase = work.phase;
    progress_.unit = work.unit;
    progress_.total = work.total;
    progress_.total_tokens = work.positions;
    progress_.token_unit = "positions";
  }
  ~ScanProgress() { sink_.progress_done(); }
  ScanProgress(const ScanProgress&) = delete;
  ScanProgress& operator=(const ScanProgress&) = delete;

  /// One more position is answered, with which so many units are done.
  void answered(std::int64_t done) {
    progress_.done = done;
    ++progress_.tokens;
    progress_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    sink_.progress(progress_);
  }

 private:
  Sink& sink_;
  Progress progress_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace groel::tasks
