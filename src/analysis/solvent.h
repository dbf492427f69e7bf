// How much of each residue of a structure water can touch.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace groel::analysis {

/// An atom without its hydrogens.
struct SolventAtom {
  std::array<double, 3> at;  ///< Å
  char element = 'C';        ///< C, N, O, S; anything else counts as carbon
  std::int64_t residue = 0;  ///< 0, 1, …
};

/// Å² of each residue that the centre of a water molecule (1.4 Å) can reach, by Shrake and Rupley's points (1973), 200
/// on each atom, and Bondi's radii.
std::vector<double> solvent_areas(const std::vector<SolventAtom>& atoms, std::int64_t residues);

/// The area that such a residue can have at most, between two glycines (Tien et al. 2013, theoretical); that of alanine
/// for letters that are no amino acid's.
double largest_solvent_area(char residue);

}  // namespace groel::analysis
