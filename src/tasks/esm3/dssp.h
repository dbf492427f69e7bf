// Secondary structure and accessible surface of structures, by DSSP where it is installed.
#pragma once

#include <string>

#include "esm3/prompt.h"

namespace groel::tasks {

/// Both tracks of a prompt that was made of these chains of a file; residues that DSSP passes over are masked, and a
/// note of the prompt counts them. Errors: unsupported, where mkdssp is not installed; bad_input, where it cannot read
/// the file.
void add_dssp(const std::string& path, const io::AtomStructure& structure, const std::string& chain, esm3::Prompt& to);

}  // namespace groel::tasks
