// What gemmi reads of a structure. This header and its source are C++17: Clang 14 cannot compile gemmi's as C++20.
#pragma once

#include <string>

#include "io/structure_raw.h"

namespace groel::io {

/// The residues of the first model of a text, their atoms and stated sequences. Columns that an mmCIF file lacks are
/// made of those that say the same. Errors: gemmi's own (std::exception), of malformed text.
enum class WhichAtoms { backbone, every };
RawStructure gemmi_pdb(const std::string& text, const std::string& label, WhichAtoms which = WhichAtoms::backbone);
RawStructure gemmi_mmcif(const std::string& text, const std::string& label, WhichAtoms which = WhichAtoms::backbone);

/// All of a text in the other format, ligands, water and all models included. Errors: gemmi's own, also of what the
/// format cannot hold.
enum class StructureFormat { pdb, mmcif };
std::string gemmi_converted(const std::string& text, const std::string& label, StructureFormat from,
                            StructureFormat to);

struct ResidueInfo {
  RawResidue::Kind kind = RawResidue::Kind::unknown;
  char letter = 'X';         ///< upper case; X: unknown, or no amino acid
  bool is_standard = false;  ///< not a modified one
};
/// Of gemmi's table.
ResidueInfo residue_info(const std::string& name);

}  // namespace groel::io
