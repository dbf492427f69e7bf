// A file mapped read-only into memory.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

namespace groel {

/// The bytes of a file, mapped read-only and private; unmapped when the last reference goes.
class MappedFile {
 public:
  /// Maps a whole regular file. Errors: not_found, io (with the system's reason). An empty file maps to no bytes.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  MappedFile(std::filesystem::path path, const std::byte* data, std::size_t size);
  std::filesystem::path path_;
  const std::byte* data_;
  std::size_t size_;
};

/// Takes those of `bytes` that lie in mapped files out of this process's memory; other memory is left alone, and files
/// under 64 MB, where the saving is not worth the time. A later read finds them in the file again.
void drop_mapped(std::span<const std::byte> bytes);

/// Brings those of `bytes` that lie in mapped files into this process's memory at once: faster than page by page on
/// first use. A hint: what cannot be read is found on use.
void populate_mapped(std::span<const std::byte> bytes);

}  // namespace groel
