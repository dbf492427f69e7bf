// Buffering of sequential output.
#include "formats/output_file.h"

#include <fcntl.h>

namespace groel::formats {
namespace {
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
}

OutputFile OutputFile::create(const std::filesystem::path& path) {
  if (path == "-") return OutputFile(PosixFile::standard_output());
  return OutputFile(PosixFile(path, O_WRONLY | O_CREAT | O_TRUNC));
}

OutputFile OutputFile::temporary(const std::filesystem::path& neighbour) {
  return OutputFile(PosixFile::temporary(neighbour));
}

void OutputFile::append(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) return file_.write(bytes);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void OutputFile::end_record() {
  if (file_.is_standard_output()) flush();
}

void OutputFile::flush() {
  file_.write(buffer_);
  buffer_.clear();
}

void OutputFile::finish() {
  flush();
  file_.sync();
  file_.close();
}

}  // namespace groel::formats
