// Buffers sequential output.
#include "formats/output_file.h"

#include <fcntl.h>

#include <string>

#include "base/printable.h"

namespace groel::formats {
namespace {
constexpr std::size_t kBufferBytes = std::size_t{1} << 20;
}

OutputFile OutputFile::create(const std::filesystem::path& path) {
  if (path == "-") return OutputFile(PosixFile::standard_output());
  OutputFile out(PosixFile(path, O_WRONLY | O_CREAT | O_TRUNC));
  if (const Compression how = compression_of(path); how != Compression::none) out.compressor_.emplace(how);
  return out;
}

OutputFile OutputFile::temporary(const std::filesystem::path& neighbour) {
  return OutputFile(PosixFile::temporary(neighbour));
}

void OutputFile::append(std::span<const std::byte> bytes) {
  if (buffer_.size() + bytes.size() > kBufferBytes) flush();
  if (bytes.size() >= kBufferBytes) return put(bytes);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void OutputFile::end_record() {
  if (file_.is_standard_output()) flush();
}

void OutputFile::flush() {
  put(buffer_);
  buffer_.clear();
}

void OutputFile::put_text(const std::string& text) { file_.write(std::as_bytes(std::span(text))); }

void OutputFile::put(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (compressor_) return put_text(compressor_->add(text));
  if (file_.is_terminal()) return put_text(printable(text));
  file_.write(bytes);
}

void OutputFile::finish() {
  flush();
  if (compressor_) put_text(compressor_->finish());
  file_.sync();
  file_.close();
}

}  // namespace groel::formats
