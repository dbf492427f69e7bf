// Replaces the ways of writing a hidden residue by <mask>.
#include "tasks/fill_mask/masks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace groel::tasks {
namespace {

constexpr std::string_view kMask = "<mask>";

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// Length of a hidden residue's sign at the text's beginning; 0: none.
std::size_t sign_at(std::string_view text) {
  constexpr std::array<std::string_view, 3> kLong{"<mask>", "[mask]", "{mask}"};
  for (const std::string_view sign : kLong)
    if (same_ignoring_case(text.substr(0, sign.size()), sign)) return sign.size();
  return text.starts_with('_') || text.starts_with('?') ? 1 : 0;
}

}  // namespace

std::string with_masks(const std::string& sequence, MaskSpellings& seen) {
  std::string out;
  const std::string_view text = sequence;
  bool in_token = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sign_at(text.substr(at));
    if (length > 0 && !in_token) {
      if (text.substr(at, length) != kMask) ++seen.other;
      out += kMask;
      at += length;
      continue;
    }
    in_token = text[at] == '<' || (in_token && text[at] != '>');
    if (!in_token && std::islower(static_cast<unsigned char>(text[at])) != 0) ++seen.lower_case;
    out += text[at++];
  }
  return out;
}

}  // namespace groel::tasks
