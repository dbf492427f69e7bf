// Reads code points out of UTF-8, and says which bytes are none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace groel {

struct CodePoint {
  char32_t value = 0;
  /// Bytes. Of bytes that are no code point: as many as Unicode has one U+FFFD stand for (as Python's `replace` does).
  std::size_t size = 1;
  bool sound = false;
};

/// The code point at the front of `text`, which is not empty (RFC 3629).
CodePoint code_point_at(std::string_view text) noexcept;

/// `text` with one U+FFFD for each piece that is not UTF-8.
std::string as_sound_utf8(std::string_view text);

/// Whether all of it is UTF-8 without control characters (C0, DEL, C1) and separators of lines.
bool is_text(std::string_view text) noexcept;

}  // namespace groel
