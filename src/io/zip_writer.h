// Writes a zip archive of stored entries as a stream; zip64 where sizes or offsets require it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/atomic_file.h"

namespace groel::io {

/// The size of an entry is known before its data, so that headers need no second guess; its checksum is filled in
/// after it. Dates are fixed. Errors: io, usage (a name used twice).
class ZipWriter {
 public:
  explicit ZipWriter(const std::filesystem::path& path, Durable durable = Durable::at_once) : file_(path, durable) {}

  /// The data begins at a multiple of `alignment` in the file.
  void begin(const std::string& name, std::uint64_t size, std::uint64_t alignment = 1);
  void append(std::span<const std::byte> bytes);
  void end();
  void finish();

 private:
  struct Entry {
    std::string name;
    std::uint64_t size = 0;
    std::uint64_t offset = 0;
    std::uint32_t crc = 0;
  };
  void write(const std::string& bytes);
  std::string directory() const;

  AtomicFile file_;
  std::vector<Entry> entries_;
  std::set<std::string> names_;
  std::uint64_t left_ = 0;
  bool open_ = false;
};

}  // namespace groel::io
