// A file written from beginning to end through a buffer.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/compress.h"
#include "formats/posix_file.h"

namespace groel::formats {

class OutputFile {
 public:
  /// A new file at `path` (an old one is emptied), compressed when its name ends in .gz or .zst; "-" is standard
  /// output, where a terminal gets no control characters.
  static OutputFile create(const std::filesystem::path& path);
  /// A nameless file in the folder of `neighbour`.
  static OutputFile temporary(const std::filesystem::path& neighbour);

  void append(std::span<const std::byte> bytes);
  void append(std::string_view text) { append(std::as_bytes(std::span(text))); }
  /// To be called after each record: standard output gets whole records at once, so that a reader need not wait.
  void end_record();
  void flush();
  /// Flushes to the disk and closes.
  void finish();
  const PosixFile& file() const noexcept { return file_; }

 private:
  explicit OutputFile(PosixFile file) : file_(std::move(file)) {}
  void put_text(const std::string& text);
  void put(std::span<const std::byte> bytes);

  PosixFile file_;
  std::vector<std::byte> buffer_;
  std::optional<Compressor> compressor_;
};

}  // namespace groel::formats
