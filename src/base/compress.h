// Writes text to a file, compressed where the file's name ends in .gz or .zst.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace groel {

enum class Compression { none, gzip, zstd };

/// By the last extension: .gz, .zst (case ignored).
Compression compression_of(const std::filesystem::path& path);
/// "scan.csv" of "scan.csv.gz"; other paths as they are.
std::filesystem::path without_compression(const std::filesystem::path& path);

/// One stream of compressed bytes. Equal texts give equal bytes, however they are cut into pieces.
class Compressor {
 public:
  explicit Compressor(Compression how);
  ~Compressor();
  Compressor(Compressor&&) noexcept;
  Compressor& operator=(Compressor&&) noexcept;

  /// What can be written of the compressed bytes by now.
  std::string add(std::string_view text);
  /// The rest; nothing can be added any more.
  std::string finish();

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

std::string compressed(std::string_view text, Compression how);

}  // namespace groel
