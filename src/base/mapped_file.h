// A file mapped read-only into memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

struct stat;

namespace groel {

/// The bytes of a file, mapped read-only and private; unmapped when the last reference goes.
class MappedFile {
 public:
  /// Maps a whole regular file. Errors: not_found, io (with the system's reason); bad_input, at once, for what is no
  /// regular file (a folder, a pipe, a device). An empty file maps to no bytes.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  struct Version {
    std::uint64_t device, inode;
    std::int64_t seconds, nanoseconds;  // of the last change
    bool operator==(const Version&) const = default;
  };
  friend void check_mapped_unchanged();
  MappedFile(std::filesystem::path path, const Version& version, std::span<const std::byte> bytes);
  static Version version_of(const struct stat& status);
  std::filesystem::path path_;
  Version version_;
  const std::byte* data_;
  std::size_t size_;
};

/// From now on reading a part of a mapped file that is not there any more (it was cut short, or its disk is gone) ends
/// the process with a line that names the file, and the exit status of `io`. For programs.
void install_mapped_file_guard();

/// Errors: io, naming a mapped file whose size or time of change is not what it was when it was mapped. (One that was
/// replaced by another file is as it was.)
void check_mapped_unchanged();

/// Takes those of `bytes` that lie in mapped files out of this process's memory; other memory is left alone, and files
/// under 64 MB, where the saving is not worth the time. A later read finds them in the file again.
void drop_mapped(std::span<const std::byte> bytes);

/// Brings those of `bytes` that lie in mapped files into this process's memory at once: faster than page by page on
/// first use. A hint: what cannot be read is found on use.
void populate_mapped(std::span<const std::byte> bytes);

}  // namespace groel
