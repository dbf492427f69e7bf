// How far prompts move the vectors of residues.
#pragma once

#include "tasks/probe/options.h"

namespace groel::tasks {

/// `input`: a sequence, a file with one record, or a structure, of which each residue's accessibility to water is told,
/// too. Writes what the options ask for. Errors: usage; those of the readers.
void show_residue_shift(const std::string& input, const ProbeOptions& options, Context& context);

}  // namespace groel::tasks
