// A file that appears whole or not at all: written under a temporary name, flushed to disk, then renamed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>

namespace groel::io {

/// Errors of every member: io (with the system's reason), not_found when the folder is not there.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  /// Without `commit` the temporary file is removed and what stood at the path stays.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  /// Overwrites bytes written before; the end stays where it was.
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  /// Bytes written so far.
  std::uint64_t size() const noexcept { return size_; }
  void commit();

 private:
  void put(std::span<const std::byte> bytes);

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  std::FILE* file_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace groel::io
