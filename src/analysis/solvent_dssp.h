// How much of each residue of a protein water can touch, as the program DSSP counts it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace groel::analysis {

/// A heavy atom of a protein.
struct DsspAtom {
  std::array<float, 3> at;   ///< Å
  float radius = 1.8F;       ///< Å: dssp_radius
  std::int64_t residue = 0;  ///< 0, 1, …
};

/// Å, by the atom's name: those of the backbone have their own, all of side chains one (Kabsch and Sander 1983).
float dssp_radius(std::string_view atom);

/// Å² of each residue that the centre of a water molecule (1.4 Å) can reach, in the float32 arithmetic of mkdssp 4
/// (PDB-REDO/dssp, libdssp/src/dssp.cpp): 401 points around each atom on a golden spiral; atoms within 0.01 Å of one
/// another, which only overlapping models have, do not cover each other. mkdssp prints these rounded to whole Å².
std::vector<float> dssp_solvent_areas(std::span<const DsspAtom> atoms, std::int64_t residues);

}  // namespace groel::analysis
