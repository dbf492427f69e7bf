// What the parts of ESM3's SDK share: its public types (groel/esm3.h), and the order of atoms.
#pragma once

#include <groel/esm3.h>

#include <cstdint>
#include <span>

#include "models/tracks.h"

namespace groel::esm3 {

/// Atoms of a residue in the order of atom37, of which N, CA, C are 0, 1, 2 and O is 4.
inline constexpr std::int64_t kAtoms = 37;
inline constexpr std::int64_t kOxygen = 4;

/// Residues of coordinates [L, 37, 3].
inline std::int64_t residues_of(std::span<const float> coordinates) {
  return static_cast<std::int64_t>(coordinates.size()) / (kAtoms * 3);
}

/// Tokens of a protein of that many residues.
std::int64_t token_count(std::int64_t residues);

}  // namespace groel::esm3
