// Classifies the characters of text files.
#include "io/characters.h"

namespace groel::io {
namespace {

bool is_odd(char c) noexcept { return is_control(c) || static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t odd_at_front(std::string_view text) noexcept {
  std::size_t odd = 0;
  for (std::size_t at = 0; at < text.size() && (is_blank(text[at]) || is_odd(text[at])); ++at) {
    if (text.substr(at).starts_with(kEllipsis)) break;
    if (is_odd(text[at])) odd = at + 1;
  }
  return odd;
}

std::size_t odd_at_back(std::string_view text) noexcept {
  std::size_t odd = 0;
  for (std::size_t used = 0; used < text.size(); ++used) {
    const std::string_view rest = text.substr(0, text.size() - used);
    if (rest.ends_with(kEllipsis) || !(is_blank(rest.back()) || is_odd(rest.back()))) break;
    if (is_odd(rest.back())) odd = used + 1;
  }
  return odd;
}

std::size_t controls_at_back(std::string_view text) noexcept {
  std::size_t controls = 0;
  for (std::size_t used = 0; used < text.size(); ++used) {
    const char c = text[text.size() - used - 1];
    if (is_control(c)) controls = used + 1;
    if (!is_control(c) && !is_blank(c)) break;
  }
  return controls;
}

std::size_t gap_at(std::string_view text) noexcept {
  if (text.empty()) return 0;
  if (text[0] == '-' || text[0] == '.' || text[0] == '~') return 1;
  return text.starts_with(kEllipsis) ? kEllipsis.size() : 0;
}

}  // namespace groel::io
