// The protein chains in a structure file: which residues they have, their names, and what is left out.
#pragma once

#include "bio/structure.h"
#include "io/structure_raw.h"

namespace groel::io {

/// Every protein chain with its sequence settled, and notes on the file: models, names given here, what is no residue
/// of a protein. Residues of one place count once; a HETATM residue is a chain's where the file says so, or where it is
/// bonded to a neighbour.
void assemble_chains(const RawStructure& raw, bio::Structure& out);

}  // namespace groel::io
