// A file to which data is appended, and which can be cut back to an earlier size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace groel::train {

/// Errors of every member: io, with the path and the system's reason.
class AppendFile {
 public:
  /// Opens or creates the file; what follows byte `size` is cut off. (A shorter file stays as it is.)
  AppendFile(std::filesystem::path path, std::int64_t size);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  void append(std::string_view bytes);
  /// Until what was appended is on disk.
  void sync();
  std::int64_t size() const noexcept { return size_; }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::int64_t size_ = 0;
};

}  // namespace groel::train
