// What gemmi reads of a structure. This header and its source are C++17: Clang 14 cannot compile gemmi's as C++20.
#pragma once

#include <string>
#include <vector>

#include "bio/structure.h"

namespace groel::io {

/// The protein chains of the first model of an mmCIF or PDB text, as io::parse_structure has them; none where there is
/// no residue of a protein. Errors: gemmi's own (std::exception), of malformed text.
std::vector<bio::Chain> gemmi_chains(const std::string& text, const std::string& label);

}  // namespace groel::io
