// Complaints about characters of sequences.
#include "bio/sequence_text.h"

#include <utility>

#include "base/error.h"

namespace groel::bio {

std::string shown(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f ? std::string(1, c) : fmt::format("\\x{:02X}", byte);
}

void refuse(std::int64_t position, const std::string& text, std::string_view why, std::string remedy) {
  throw Error(ErrorKind::bad_input,
              {fmt::format("position {} is '{}', {}", position, text, why), {}, std::move(remedy)});
}

std::string_view without_stars(std::string_view sequence, CleaningCounts& counts) {
  while (!sequence.empty() && (sequence.back() == '*' || is_space(sequence.back()))) {
    if (sequence.back() == '*') ++counts.stars_dropped;
    sequence.remove_suffix(1);
  }
  return sequence;
}

}  // namespace groel::bio
