// One run a folder: two that write checkpoints and metrics into one would spoil both.
#pragma once

#include <filesystem>

namespace groel::train {

/// Holds the folder for as long as it lives; the system lets go when the process ends, however it ends. A folder that
/// it made and that is still empty goes again.
class RunLock {
 public:
  /// Makes the folder when it is missing. Errors: usage when another run holds it; io. On a file system without locks
  /// nothing is held.
  explicit RunLock(const std::filesystem::path& folder);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  std::filesystem::path folder_;
  bool made_ = false;
  int descriptor_ = -1;
};

}  // namespace groel::train
