// Reads numbered lines of text from a stream of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/compressed.h"

namespace groel::io {

/// A line, a sequence or a table row is no longer than this (bytes): hostile input must not fill the memory.
inline constexpr std::size_t kLongestText = std::size_t{1} << 28;

/// Lines ended by \n, \r\n or \r, as UTF-8 (from UTF-16, too, where a byte order mark says so; the mark is skipped). A
/// last line without an end is one.
class LineReader {
 public:
  /// `label` names the input in errors.
  LineReader(std::unique_ptr<ByteReader> bytes, std::string label);

  /// False at the end. The line, without its end, is valid until the next call of next() or peek(). A line longer than
  /// kLongestText is bad_input.
  bool next(std::string_view& line);
  /// Makes next() give the line that it gave last once more.
  void unread() noexcept { again_ = true; }
  /// 1-based number of the line that next() gave last.
  std::int64_t number() const noexcept { return number_; }
  /// At least `count` bytes of what next() has not given yet, fewer only at the end; `count` is at most kMostPeeked.
  std::string_view peek(std::size_t count);
  static constexpr std::size_t kMostPeeked = std::size_t{1} << 16;

  const std::string& label() const noexcept { return label_; }

 private:
  void start();
  void hold(std::size_t count);
  bool fill();
  void keep(std::string_view part);
  bool give(std::string_view whole, std::string_view& line);

  std::unique_ptr<ByteReader> bytes_;
  std::string label_;
  std::unique_ptr<char[]> buffer_;
  std::size_t used_ = 0, size_ = 0;  // buffer_[used_, size_) is not given yet
  std::string long_line_;            // a line that spans buffers
  std::string_view line_;
  std::int64_t number_ = 0;
  bool again_ = false, after_return_ = false, started_ = false;
};

}  // namespace groel::io
