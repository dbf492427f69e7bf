// Replaces characters that would change a terminal's state or mislead a reader.
#include "base/printable.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"

namespace groel {
namespace {

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
    const CodePoint point = code_point_at(text);
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
