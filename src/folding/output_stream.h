// A text file that is written piece by piece, compressed where its name ends in .zst, and complete or not there at all.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/atomic_file.h"
#include "base/compress.h"

namespace groel::folding {

class OutputStream {
 public:
  /// Errors of every member: as AtomicFile.
  explicit OutputStream(const std::filesystem::path& path);

  void add(std::string_view text);
  /// Without it nothing is left at the path that was not there before.
  void finish();

 private:
  void put(std::string_view bytes);

  AtomicFile file_;
  Compressor compressor_;
  std::string waiting_;  // many pieces are a few characters
};

}  // namespace groel::folding
