// Lets only one process write to a folder: two that write models or metrics into one would spoil both.
#pragma once

#include <filesystem>

namespace groel {

/// Holds the folder for as long as it lives; the system lets go when the process ends, however it ends. A folder that
/// it made and that is still empty goes again.
class FolderLock {
 public:
  /// Makes the folder when it is missing. Errors: usage when another run holds it; io. On a file system without locks
  /// nothing is held.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::filesystem::path folder_;
  bool made_ = false;
  int descriptor_ = -1;
};

}  // namespace groel
