// Which residues of two structures belong together.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "io/structure_atoms.h"

namespace groel::tasks {

/// Places in the chains' residues.
using ResiduePairs = std::vector<std::pair<std::int64_t, std::int64_t>>;

/// By a global alignment of the letters (2 for equal ones, -1 for others, -2 for a gap; of equal scores the one with
/// gaps last), of which pairs of different letters are left out; or the residues of equal number.
ResiduePairs matched_by_sequence(const io::AtomChain& a, const io::AtomChain& b);
ResiduePairs matched_by_number(const io::AtomChain& a, const io::AtomChain& b);

}  // namespace groel::tasks
