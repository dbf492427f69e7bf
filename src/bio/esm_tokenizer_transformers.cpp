// Turns text into ids exactly as the slow EsmTokenizer of Transformers 4.37 does, special cases included.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "bio/esm_tokenizer.h"

namespace groel::bio {
namespace {

// What Python's str.split() without arguments separates at, in UTF-8.
constexpr std::array<std::string_view, 19> kWideSpaces{
    "\xC2\x85",      // U+0085 next line
    "\xC2\xA0",      // U+00A0 no-break space
    "\xE1\x9A\x80",  // U+1680 ogham space mark
    // U+2000 to U+200A: en quad to hair space
    "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A",
    "\xE2\x80\xA8",  // U+2028 line separator
    "\xE2\x80\xA9",  // U+2029 paragraph separator
    "\xE2\x80\xAF",  // U+202F narrow no-break space
    "\xE2\x81\x9F",  // U+205F medium mathematical space
    "\xE3\x80\x80",  // U+3000 ideographic space
};

// Bytes of the white-space character that `text` starts with, or 0.
std::size_t space_at(std::string_view text) noexcept {
  const char c = text[0];
  if (c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f')) return 1;
  const auto found = std::find_if(kWideSpaces.begin(), kWideSpaces.end(),
                                  [&](std::string_view space) { return text.starts_with(space); });
  return found == kWideSpaces.end() ? 0 : found->size();
}

}  // namespace

// Transformers splits out every token of the vocabulary with a trie (leftmost, then longest), then splits what is left
// at white space; each piece of that is a word outside the vocabulary, so one <unk>.
std::vector<std::int32_t> EsmTokenizer::encode_as_transformers(std::string_view text) const {
  std::vector<std::int32_t> ids{*special().begin};
  bool in_word = false;
  while (!text.empty()) {
    const Match match = longest_match(text);
    const std::size_t space = match.id >= 0 ? 0 : space_at(text);
    if (match.id >= 0) ids.push_back(match.id);
    const bool unknown = match.id < 0 && space == 0;
    if (unknown && !in_word) ids.push_back(*special().unknown);
    in_word = unknown;
    text.remove_prefix(std::max<std::size_t>({match.length, space, 1}));
  }
  ids.push_back(*special().end);
  return ids;
}

}  // namespace groel::bio
