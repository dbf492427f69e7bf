// GPT-2's table of bytes and characters, both ways.
#include "bio/byte_letters.h"

#include <array>

#include "base/utf8.h"

namespace groel::bio {
namespace {

constexpr char32_t kFirstOther = 0x100, kLetters = 0x144;  // 68 bytes are not visible

bool is_visible(unsigned byte) noexcept {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

std::string in_utf8(char32_t point) {
  if (point < 0x80) return {static_cast<char>(point)};
  return {static_cast<char>(0xC0U | point >> 6), static_cast<char>(0x80U | (point & 0x3FU))};
}

struct LetterTable {
  std::array<std::string, 256> letters;
  std::array<int, kLetters> bytes{};

  LetterTable() {
    bytes.fill(-1);
    char32_t other = kFirstOther;
    for (unsigned byte = 0; byte < letters.size(); ++byte) {
      const char32_t point = is_visible(byte) ? byte : other++;
      letters[byte] = in_utf8(point);
      bytes[point] = static_cast<int>(byte);
    }
  }
};

const LetterTable& table() {
  static const LetterTable all;
  return all;
}

}  // namespace

const std::string& letter_of_byte(unsigned char byte) { return table().letters[byte]; }

std::string letters_of_bytes(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes) out += letter_of_byte(static_cast<unsigned char>(byte));
  return out;
}

std::optional<std::string> bytes_of_letters(std::string_view letters) {
  std::string out;
  while (!letters.empty()) {
    const CodePoint point = code_point_at(letters);
    if (!point.sound || point.value >= kLetters || table().bytes[point.value] < 0) return std::nullopt;
    out += static_cast<char>(table().bytes[point.value]);
    letters.remove_prefix(point.size);
  }
  return out;
}

}  // namespace groel::bio
