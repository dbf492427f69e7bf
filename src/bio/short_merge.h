// Merging of pieces that are as long as a line of residues.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bio/merge_table.h"

namespace groel::bio {

inline constexpr std::size_t kShortPiece = 64;

/// Merges `count` tokens, from 2 to kShortPiece, where they are, as Merger does. -> how many are left.
using ShortMerge = std::size_t(const MergeTable& table, std::int32_t* tokens, std::size_t count);
/// Compiled for every instruction set: the one to call.
ShortMerge* short_merge();

}  // namespace groel::bio
