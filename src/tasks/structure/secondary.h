// Secondary structure of all residues of a structure file.
#pragma once

#include <string>
#include <vector>

#include "io/structure_whole.h"

namespace groel::tasks {

/// For each chain a letter per residue (analysis::secondary_structure); `_` where a residue of a protein lacks N, CA, C
/// or O, and for everything that is no residue of a protein.
std::vector<std::string> states_of(const io::WholeStructure& structure);

}  // namespace groel::tasks
