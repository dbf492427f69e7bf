// Gathers pieces of text, compresses and writes them.
#include "folding/output_stream.h"

#include <span>

namespace groel::folding {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

}  // namespace

OutputStream::OutputStream(const std::filesystem::path& path) : file_(path), compressor_(compression_of(path)) {}

void OutputStream::put(std::string_view bytes) { file_.write(std::as_bytes(std::span(bytes))); }

void OutputStream::add(std::string_view text) {
  waiting_ += text;
  if (waiting_.size() < kPieceBytes) return;
  put(compressor_.add(waiting_));
  waiting_.clear();
}

void OutputStream::finish() {
  put(compressor_.add(waiting_));
  put(compressor_.finish());
  file_.commit();
}

}  // namespace groel::folding
