// Whether chains of a predicted structure lie in one another.
#pragma once

#include <span>

#include "folding/layout.h"

namespace groel::folding {

/// Whether a polymer has over 100 atoms, or more than half of its atoms, within 1.1 Å of a polymer's atom of another
/// chain, or of its own that is two residues away or more (AlphaFold 3's model/confidences.py). `positions`: [A, 3], Å.
bool has_clash(const AtomLayout& layout, std::span<const float> positions);

/// Whether two polymers have over 100 pairs of atoms within less than 1.1 Å, or more than half as many as the smaller
/// of them has atoms (Protenix's metrics/clash.py, which counts pairs and never looks within a chain). `positions`: [A,
/// 3], Å.
bool chains_overlap(const AtomLayout& layout, std::span<const float> positions);

}  // namespace groel::folding
