// The ways in which people write a hidden residue.
#pragma once

#include <cstdint>
#include <string>

namespace groel::tasks {

/// What was read as <mask>, and how often.
struct MaskSpellings {
  std::int64_t other = 0;       ///< [MASK], <MASK>, _ and ?
  std::int64_t lower_case = 0;  ///< residues in small letters
};

/// "MK[MASK]V", "MK_V", "MK?V" -> "MK<mask>V". Small letters stay as they are, and are counted.
std::string with_masks(const std::string& sequence, MaskSpellings& seen);

}  // namespace groel::tasks
