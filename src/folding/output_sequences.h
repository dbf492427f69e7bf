// Entities, sequences, components and bonds of a predicted structure, as categories of mmCIF.
#pragma once

#include <vector>

#include "folding/layout.h"
#include "io/cif_writer.h"

namespace groel::folding {

/// Chains, entities, components, and residues of polymers, ligands and branched ligands.
void add_sequences(const AtomLayout& layout, std::vector<io::CifCategory>& to);

/// `_struct_conn`, where there are bonds.
void add_bonds(const AtomLayout& layout, std::vector<io::CifCategory>& to);

}  // namespace groel::folding
