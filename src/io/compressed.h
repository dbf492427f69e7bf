// Bytes of a file, of stdin or of memory, decompressed when they begin as gzip, bgzip, xz or zstd.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace groel::io {

/// A stream of bytes, read once from front to end.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  /// Fills the front of `out` (not empty) and returns how many bytes it wrote; 0 only at the end.
  virtual std::size_t read(std::span<char> out) = 0;
};

/// The bytes of a file, "-" for stdin (which stays open). Errors: not_found, io; bad_input for a folder.
std::unique_ptr<ByteReader> open_bytes(const std::string& path);
/// The bytes of memory that outlives the reader.
std::unique_ptr<ByteReader> memory_bytes(std::string_view memory);

/// What `raw` holds, decompressed if its first bytes are those of gzip (any number of members, bgzip too), xz (any
/// number of streams) or zstd (any number of frames). Reading throws bad_input naming `label` when compressed data is
/// damaged or cut short.
std::unique_ptr<ByteReader> decompress(std::unique_ptr<ByteReader> raw, const std::string& label);

/// All of a file, decompressed. Errors: as open_bytes and decompress; bad_input when it is larger than `limit` bytes.
std::string read_decompressed(const std::string& path, std::size_t limit = std::size_t{4} << 30);

}  // namespace groel::io
