// Pairs that are not known to interact, drawn beside those that are.
#pragma once

#include <cstdint>

#include "interactions/pairs.h"

namespace groel::interactions {

struct NegativeOptions {
  double ratio = 1;  ///< for each pair that interacts
  std::uint64_t seed = 0;
};

/// Adds pairs without the label of a table of one label, all of whose pairs have it: two proteins of the same species,
/// each drawn as often as it has pairs, so that how many a protein has does not tell the two kinds apart; no protein
/// with itself, no pair twice. That they do not interact is a guess. -> how many were added, fewer than wanted where
/// few pairs are left. Errors: usage for a ratio that is not above 0; bad_input for a table of several labels or with
/// pairs that do not have the label.
std::int64_t add_negatives(PairTable& table, const NegativeOptions& options);

}  // namespace groel::interactions
