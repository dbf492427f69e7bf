// A lock that programs agree on by the name of a file, as Python's filelock keeps it.
#pragma once

#include <filesystem>
#include <functional>

namespace groel::hub {

/// Held for as long as it lives; the system lets go when the process ends, however it ends. The file stays.
class FileLock {
 public:
  /// Waits while another process holds it; `waiting` is called once when it has to, and may throw instead.
  /// On a file system without locks nothing is held. Errors: io; interrupted.
  FileLock(const std::filesystem::path& file, const std::function<void()>& waiting);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace groel::hub
