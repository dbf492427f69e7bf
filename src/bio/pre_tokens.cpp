// GPT-2's pattern by hand; what is a letter or a number beyond ASCII is asked of utf8proc.
#include "bio/pre_tokens.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"

namespace groel::bio {
namespace {

enum class CharacterClass : std::uint8_t { other, letter, number, space };

constexpr std::array<CharacterClass, 128> ascii_classes() {
  std::array<CharacterClass, 128> out{};
  for (unsigned c = 0; c < out.size(); ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    out[c] = letter                 ? CharacterClass::letter
             : c >= '0' && c <= '9' ? CharacterClass::number
             : space                ? CharacterClass::space
                                    : CharacterClass::other;
  }
  return out;
}
constexpr std::array<CharacterClass, 128> kAscii = ascii_classes();

// Unicode's property White_Space, beyond ASCII.
bool is_wide_space(char32_t c) noexcept {
  constexpr std::array<char32_t, 8> kSingle{0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
  return (c >= 0x2000 && c <= 0x200A) || std::find(kSingle.begin(), kSingle.end(), c) != kSingle.end();
}

CharacterClass class_of(char32_t c) noexcept {
  if (is_wide_space(c)) return CharacterClass::space;
  const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
  if (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) return CharacterClass::letter;
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO ? CharacterClass::number
                                                                              : CharacterClass::other;
}

struct Character {
  CharacterClass kind = CharacterClass::other;
  std::size_t size = 0;
};

Character character_at(std::string_view text) noexcept {
  const auto byte = static_cast<unsigned char>(text[0]);
  if (byte < kAscii.size()) return {kAscii[byte], 1};
  const CodePoint point = code_point_at(text);
  return {point.sound ? class_of(point.value) : CharacterClass::other, point.size};
}

// Bytes of the characters of one class from `at` on.
std::size_t end_of_run(std::string_view text, std::size_t at, CharacterClass kind) noexcept {
  while (at < text.size()) {
    const Character next = character_at(text.substr(at));
    if (next.kind != kind) break;
    at += next.size;
  }
  return at;
}

std::size_t contraction_size(std::string_view text) noexcept {
  for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
    if (text.starts_with(ending)) return ending.size();
  return 0;
}

// White space before what is none leaves its last character to that.
std::size_t space_size(std::string_view text) noexcept {
  std::size_t end = 0, last = 0;
  while (end < text.size()) {
    const Character next = character_at(text.substr(end));
    if (next.kind != CharacterClass::space) return last > 0 ? last : end;
    last = end;
    end += next.size;
  }
  return end;
}

}  // namespace

std::size_t pre_token_size(std::string_view text) {
  if (const std::size_t ending = text[0] == '\'' ? contraction_size(text) : 0; ending > 0) return ending;
  const std::size_t blank = text[0] == ' ' && text.size() > 1 ? 1 : 0;
  const CharacterClass kind = character_at(text.substr(blank)).kind;
  return kind == CharacterClass::space ? space_size(text) : end_of_run(text, blank, kind);
}

}  // namespace groel::bio
