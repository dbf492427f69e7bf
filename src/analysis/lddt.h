// lDDT: how many of a structure's short distances a model keeps, without superposing anything (Mariani et al. 2013).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace groel::analysis {

/// An atom that both structures have.
struct LddtAtom {
  std::array<double, 3> model, reference;  ///< Å
  std::int64_t residue = 0;                ///< 0, 1, …
};

struct Lddt {
  double all = 0;                ///< over all distances
  std::vector<double> residues;  ///< over those of each residue's atoms; NaN where there are none
};

/// Distances of the reference below 15 Å between atoms of different residues, kept within 0.5, 1, 2 and 4 Å: the mean
/// of the four parts. Atoms that stand for one another by symmetry are not swapped. NaN, where there are no such
/// distances.
Lddt lddt(std::span<const LddtAtom> atoms, std::int64_t residues);

}  // namespace groel::analysis
