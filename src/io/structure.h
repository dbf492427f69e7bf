// Reads structures from mmCIF and PDB files, plain or compressed.
#pragma once

#include <string>

#include "bio/structure.h"

namespace groel::io {

/// The protein chains of the first model, each with its sequence settled (bio::settle_sequence), and notes on what was
/// left out or named anew. Of alternative locations the conformer with the highest occupancy counts. Format by content.
/// Errors: not_found, io; bad_input naming the file when it is malformed, holds over 1 GiB, or has no residue of a
/// protein.
bio::Structure read_structure(const std::string& path);
/// The same from text; `label` names it in errors.
bio::Structure parse_structure(const std::string& text, const std::string& label);

/// All of a structure file (ligands, water, every model) as PDB or mmCIF. `to_pdb`: PDB. Errors: as read_structure;
/// bad_input for what a PDB file cannot hold (names of chains over two letters, say).
std::string converted_structure(const std::string& path, bool to_pdb);

}  // namespace groel::io
