// How much of the proteins of a predicted structure is disordered, by what of them water reaches.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "folding/layout.h"

namespace groel::folding {

/// A protein chain by itself; a value for each residue that has N, CA, C and O.
struct ChainAccessibility {
  std::vector<int> areas;        ///< Å², as mkdssp 4 prints them
  std::vector<double> windowed;  ///< part of the largest area (Sander and Rost 1994), mean over 25 residues
};
/// `positions`: [A, 3], Å; the calculation takes them as mmCIF has them, with three decimals.
ChainAccessibility chain_accessibility(const AtomLayout& layout, const LayoutChain& chain,
                                       std::span<const float> positions);

/// The part of all residues of proteins whose windowed value is over 0.581 (AlphaFold-RSA: Piovesan et al. 2022), as
/// AlphaFold 3 computes it (model/confidences.py): of chains that are alike the first stands for all, ends are
/// mirrored, components that DSSP has no letter for count as alanine. 0 where there is no protein.
double fraction_disordered(const AtomLayout& layout, std::span<const float> positions);

}  // namespace groel::folding
