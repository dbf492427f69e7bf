// Files by descriptor: complete writes and reads; errors give the path and the system's reason.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace groel::formats {

/// An open file; closed when it goes. Errors name `path`.
class PosixFile {
 public:
  PosixFile() = default;
  /// open(2) with O_CLOEXEC. Errors: not_found, io.
  PosixFile(std::filesystem::path path, int flags);
  /// A file without a name in the folder of `neighbour`: its space is freed when the process ends, however it ends.
  static PosixFile temporary(const std::filesystem::path& neighbour);
  /// Standard output, which stays open.
  static PosixFile standard_output();
  PosixFile(PosixFile&& other) noexcept;
  PosixFile& operator=(PosixFile&& other) noexcept;
  ~PosixFile();

  int descriptor() const noexcept { return descriptor_; }
  const std::filesystem::path& path() const noexcept { return path_; }
  bool is_standard_output() const noexcept;
  bool is_terminal() const noexcept;

  std::int64_t size() const;
  /// Writes all bytes at the file's current position.
  void write(std::span<const std::byte> bytes);
  /// Writes all pieces one after the other from `offset` on.
  void write_at(std::vector<iovec> pieces, std::int64_t offset);
  /// Reads up to out.size() bytes; fewer only at the end of the file.
  std::size_t read_at(std::span<std::byte> out, std::int64_t offset) const;
  void truncate(std::int64_t size);
  /// fdatasync; nothing for a pipe or a terminal.
  void sync();
  /// Closes, reporting what the system only says then (NFS).
  void close();

 private:
  PosixFile(std::filesystem::path path, int descriptor, std::nullptr_t);
  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace groel::formats
