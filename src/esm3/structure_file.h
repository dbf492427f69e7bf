// Structures that ESM3 predicts, as files.
#pragma once

#include <groel/esm3.h>

#include <string>

namespace groel::esm3 {

/// A protein with coordinates; B factors are its plddt, from 0 to 1, and the file says so where there is one: in a
/// remark, or as ModelCIF does. Errors: as io::pdb_text.
std::string pdb_of(const ESMProtein& protein);
std::string mmcif_of(const ESMProtein& protein, const std::string& id);

}  // namespace groel::esm3
