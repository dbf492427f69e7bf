// UTF-8 by RFC 3629: no forms longer than needed, no surrogates, nothing beyond U+10FFFF.
#include "base/utf8.h"

namespace groel {
namespace {

// The smallest and largest second byte of a code point that starts with `lead`.
struct SecondByte {
  unsigned low, high;
};
SecondByte second_byte(unsigned lead) noexcept {
  if (lead == 0xE0) return {0xA0, 0xBF};
  if (lead == 0xED) return {0x80, 0x9F};
  if (lead == 0xF0) return {0x90, 0xBF};
  if (lead == 0xF4) return {0x80, 0x8F};
  return {0x80, 0xBF};
}

bool is_no_control(char32_t point) noexcept {
  const bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
  return !control && point != 0x2028 && point != 0x2029;
}

}  // namespace

CodePoint code_point_at(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const SecondByte second = second_byte(lead);
  char32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned low = i == 1 ? second.low : 0x80, high = i == 1 ? second.high : 0xBF;
    if (i >= text.size() || byte(i) < low || byte(i) > high) return {0, i, false};
    value = value << 6 | (byte(i) & 0x3FU);
  }
  return {value, size, true};
}

std::string as_sound_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = code_point_at(text);
    out += point.sound ? text.substr(0, point.size) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(point.size);
  }
  return out;
}

bool is_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const CodePoint point = code_point_at(text);
    if (!point.sound || !is_no_control(point.value)) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

}  // namespace groel
