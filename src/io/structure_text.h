// What readers of structures share: the text of a file, and its residues before they are sorted.
#pragma once

#include <string>

#include "io/structure_gemmi.h"

namespace groel::io {

/// Errors: as read_structure.
std::string read_structure_text(const std::string& path);
/// PDB or mmCIF, by content. Errors: as parse_structure; a text that is neither has no chains.
RawStructure raw_structure_of(const std::string& text, const std::string& label, WhichAtoms which);

}  // namespace groel::io
