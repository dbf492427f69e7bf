// What OpenFold3's network is given: Protenix's numbers of residue types, and what OpenFold3 features otherwise.
#pragma once

#include "structure_models/protenix/input.h"

namespace groel::structure_models {

/// Chains are numbered from 1; `atom_slot` counts the atoms of a token without gaps.
struct Openfold3Input : ProtenixInput {
  std::vector<std::uint8_t> msa_mask;     ///< [R, N]: 1 where a row of the chain's alignment is
  std::vector<std::uint8_t> atomized;     ///< [N]: tokens of one atom
  std::vector<std::int32_t> output_slot;  ///< [A]: token * 24 + slot in AlphaFold 3's arrays
};

/// The same complex as AlphaFold 3's network is given it, laid out by OpenFold3's rules (folding::TokenRules). Elements
/// count from 0; what is atom by atom is of the unknown residue type; chains of DNA and ligands have no alignment at
/// all, others none below their last row; a template says the type of residues alone that have a CB; bonds are those
/// between tokens of single atoms. `dropped_bonds`: pairs of tokens whose bond the network does not see.
Openfold3Input openfold3_input(const Alphafold3Input& input, std::int64_t* dropped_bonds = nullptr);

}  // namespace groel::structure_models
