// Decodes UTF-8 (RFC 3629) and writes numbers as text.
#include "formats/text.h"

#include <algorithm>
#include <charconv>

namespace groel::formats {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Sequence {
  int length;  // bytes; 0 for a byte that cannot start one
  char32_t lead_bits;
  char32_t smallest;  // a smaller code point in that many bytes is an overlong form
};

Sequence sequence_of(unsigned char lead) {
  if (lead < 0x80) return {1, lead, 0};
  if (lead >= 0xC2 && lead <= 0xDF) return {2, lead & 0x1FU, 0x80};
  if (lead >= 0xE0 && lead <= 0xEF) return {3, lead & 0x0FU, 0x800};
  if (lead >= 0xF0 && lead <= 0xF4) return {4, lead & 0x07U, 0x10000};
  return {0, 0, 0};
}

// Takes one code point off the front of `text`; a malformed byte alone.
char32_t next_code_point(std::string_view& text) {
  const Sequence sequence = sequence_of(static_cast<unsigned char>(text[0]));
  char32_t point = sequence.lead_bits;
  bool sound = sequence.length > 0 && static_cast<std::size_t>(sequence.length) <= text.size();
  for (int i = 1; sound && i < sequence.length; ++i) {
    const auto byte = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
    sound = (byte & 0xC0U) == 0x80U;
    point = (point << 6) | (byte & 0x3FU);
  }
  sound = sound && point >= sequence.smallest && point != 0 && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
  text.remove_prefix(sound ? static_cast<std::size_t>(sequence.length) : 1);
  return sound ? point : kReplacement;
}

void append_utf8(std::string& out, char32_t point) {
  const auto tail = [&](int shift) { out += static_cast<char>(0x80U | ((point >> shift) & 0x3FU)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0U | (point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0U | (point >> 12));
    tail(6), tail(0);
  } else {
    out += static_cast<char>(0xF0U | (point >> 18));
    tail(12), tail(6), tail(0);
  }
}

}  // namespace

std::u32string decode_utf8(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  while (!text.empty()) out += next_code_point(text);
  return out;
}

std::string clean_utf8(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return static_cast<signed char>(c) > 0; }))
    return std::string(text);
  std::string out;
  for (const char32_t point : decode_utf8(text)) append_utf8(out, point);
  return out;
}

void append_number(std::string& out, float value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

}  // namespace groel::formats
