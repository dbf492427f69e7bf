// Replaces characters that would change a terminal's state or mislead a reader.
#include "base/printable.h"

#include <fmt/format.h>

#include <algorithm>

namespace groel {
namespace {

struct Point {
  char32_t value = 0;
  std::size_t size = 1;  // bytes
  bool sound = false;
};

// The code point at the front of `text` (RFC 3629).
Point decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  char32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  return {value, size, value >= kSmallest[size] && value <= 0x10FFFF && !surrogate};
}

bool is_harmless(char32_t point) {
  if (point < 0x20) return point == '\t';
  if (point >= 0x7F && point <= 0x9F) return false;              // DEL, C1
  if (point >= 0x200E && point <= 0x200F) return false;          // marks of direction
  if (point >= 0x2028 && point <= 0x202E) return false;          // separators, embeddings, overrides
  if (point >= 0x2066 && point <= 0x2069) return false;          // isolates
  return point != 0x061C && point != 0xFEFF && point != 0x00AD;  // Arabic mark, zero-width, soft hyphen
}

}  // namespace

std::string printable(std::string_view text, LineEnds line_ends) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f; })) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const Point point = decode(text);
    if (point.sound && (is_harmless(point.value) || (point.value == '\n' && line_ends == LineEnds::keep)))
      out += text.substr(0, point.size);
    else if (point.sound && point.value >= 0x80)
      out += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(point.value));
    else
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(text[0])));
    text.remove_prefix(point.sound ? point.size : 1);
  }
  return out;
}

}  // namespace groel
