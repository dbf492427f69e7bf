// Cuts lines from a buffer; copies only those that continue in the next buffer.
#include "io/sequences_lines.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "io/text_encoding.h"

namespace groel::io {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

LineReader::LineReader(std::unique_ptr<ByteReader> bytes, std::string label)
    : bytes_(as_utf8(std::move(bytes))),
      label_(std::move(label)),
      buffer_(std::make_unique_for_overwrite<char[]>(kMostPeeked)) {}

// Skips a byte order mark, once.
void LineReader::start() {
  if (std::exchange(started_, true)) return;
  if (peek(kByteOrderMark.size()).starts_with(kByteOrderMark)) used_ += kByteOrderMark.size();
}

// Replaces a used-up buffer; false at the end of the bytes.
bool LineReader::fill() {
  used_ = 0;
  size_ = bytes_->read({buffer_.get(), kMostPeeked});
  return size_ > 0;
}

// Makes sure that at least `count` bytes are in the buffer, fewer only at the end.
void LineReader::hold(std::size_t count) {
  if (size_ - used_ >= count) return;
  std::memmove(buffer_.get(), buffer_.get() + used_, size_ - used_);
  size_ -= std::exchange(used_, 0);
  while (size_ < count) {
    const std::size_t got = bytes_->read({buffer_.get() + size_, kMostPeeked - size_});
    if (got == 0) break;
    size_ += got;
  }
}

std::string_view LineReader::peek(std::size_t count) {
  GROEL_REQUIRE(count <= kMostPeeked && !again_);
  start();
  if (std::exchange(after_return_, false)) {  // the rest of a \r\n is no line
    hold(1);
    if (used_ < size_ && buffer_[used_] == '\n') ++used_;
  }
  hold(count);
  return {buffer_.get() + used_, size_ - used_};
}

void LineReader::keep(std::string_view part) {
  if (long_line_.size() + part.size() > kLongestText)
    throw Error(ErrorKind::bad_input,
                Error::Parts{fmt::format("line {} is longer than {} bytes", number_ + 1, kLongestText), label_,
                             "if this is a file of sequences, break its lines"});
  long_line_ += part;
}

bool LineReader::give(std::string_view whole, std::string_view& line) {
  ++number_;
  line = line_ = whole;
  return true;
}

bool LineReader::next(std::string_view& line) {
  start();
  if (std::exchange(again_, false)) {
    line = line_;
    return true;
  }
  long_line_.clear();
  while (used_ < size_ || fill()) {
    const std::string_view rest(buffer_.get() + used_, size_ - used_);
    if (std::exchange(after_return_, false) && rest[0] == '\n') {
      ++used_;
      continue;
    }
    const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '\n' || c == '\r'; });
    const std::string_view part(rest.begin(), end);
    used_ += part.size();
    if (end == rest.end()) {
      keep(part);
      continue;
    }
    ++used_;
    after_return_ = *end == '\r';
    if (long_line_.empty()) return give(part, line);
    keep(part);
    return give(long_line_, line);
  }
  return !long_line_.empty() && give(long_line_, line);
}

}  // namespace groel::io
