// The letters of amino-acid residues.
#pragma once

#include <cstdint>
#include <string_view>

namespace groel::bio {

/// The twenty standard residues.
inline constexpr std::string_view kResidues = "ACDEFGHIKLMNPQRSTVWY";

/// Columns of one-hot residues: those of kResidues, then one for every other letter.
inline constexpr std::int64_t kOneHotWidth = 21;
/// Small letters are as large ones.
constexpr std::int64_t one_hot_column(char letter) {
  const char large = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  const std::size_t at = kResidues.find(large);
  return at == std::string_view::npos ? kOneHotWidth - 1 : static_cast<std::int64_t>(at);
}

}  // namespace groel::bio
