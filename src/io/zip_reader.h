// The entries of a zip archive in memory, without copies: what PyTorch and NumPy write (stored, zip64).
// Ours because the tensors must stay in the mapped file: zip libraries hand out copies or streams.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace groel::io {

class ZipReader {
 public:
  struct Entry {
    std::span<const std::byte> bytes;
    std::uint32_t crc = 0;
  };

  /// Reads the central directory. Errors naming `label`: bad_model when the archive is truncated or inconsistent,
  /// unsupported when it has parts or an entry is compressed or encrypted.
  ZipReader(std::span<const std::byte> bytes, std::string label);

  const std::map<std::string, Entry, std::less<>>& entries() const noexcept { return entries_; }
  /// Null when there is none of this name.
  const Entry* find(std::string_view name) const;
  /// Compares an entry's CRC-32 (0 means that the writer left it out). Error: bad_model.
  void verify(std::string_view name) const;

 private:
  struct Directory {
    std::uint64_t count = 0;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
  };
  struct Sizes {
    std::uint64_t size = 0;
    std::uint64_t packed = 0;
    std::uint64_t header = 0;  // offset of the local header
  };
  Directory find_directory() const;
  Directory find_directory64(std::uint64_t locator) const;
  std::size_t read_entry(std::size_t position, std::size_t end);
  /// Replaces the fields that say "see the zip64 record" by the record's, in the order that the format gives them.
  void read_sizes64(Sizes& sizes, std::size_t extra, std::size_t end) const;
  std::span<const std::byte> entry_bytes(std::uint64_t header, std::uint64_t size, const std::string& name) const;
  [[noreturn]] void fail(std::string what) const;
  /// A little-endian number; bad_model when it does not lie in the archive.
  template <class T>
  T number(std::uint64_t offset) const;

  std::span<const std::byte> bytes_;
  std::string label_;
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace groel::io
