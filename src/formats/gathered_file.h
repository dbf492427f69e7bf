// Collects bytes in a temporary file until all are there, then gives them as memory.
#pragma once

#include "formats/output_file.h"

namespace groel::formats {

/// A nameless temporary file beside the output, in the same file system: memory stays free however large a column is,
/// and nothing is left when the process dies.
class GatheredFile {
 public:
  explicit GatheredFile(const std::filesystem::path& neighbour) : file_(OutputFile::temporary(neighbour)) {}
  GatheredFile(GatheredFile&& other) noexcept;
  GatheredFile& operator=(GatheredFile&&) = delete;
  ~GatheredFile();

  void append(std::span<const std::byte> bytes) { file_.append(bytes); }
  /// All bytes appended, mapped for as long as this lives; nothing can be appended any more.
  std::span<const std::byte> map();

 private:
  OutputFile file_;
  std::span<const std::byte> mapped_;
};

}  // namespace groel::formats
