// Kinds of characters in text files: white space, gaps, and those that no text contains.
#pragma once

#include <cstddef>
#include <string_view>

namespace groel::io {

inline bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
/// A control character that is no white space.
inline bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && !is_blank(c)) || byte == 0x7f;
}
/// `text` without white space at both ends.
std::string_view trimmed(std::string_view text) noexcept;

/// Bytes at the front of `text` that no line of sequence or header begins with: control characters, byte order marks,
/// no-break and zero-width spaces, anything beyond ASCII but an ellipsis. White space between them is passed over.
std::size_t odd_at_front(std::string_view text) noexcept;
/// The same at the back.
std::size_t odd_at_back(std::string_view text) noexcept;
/// Control characters at the back, as files padded with NUL have them.
std::size_t controls_at_back(std::string_view text) noexcept;

inline constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
/// Bytes of the gap that `text` begins with ('-', '.', '~' or an ellipsis); 0: none.
std::size_t gap_at(std::string_view text) noexcept;

}  // namespace groel::io
