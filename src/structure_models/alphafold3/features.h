// Parts of what is made of an input before the first pass, each by itself.
#pragma once

#include "structure_models/alphafold3/alphafold3.h"

namespace groel::structure_models {

/// One of the input's templates, with the atoms by which its residues are placed.
TemplateStructure alphafold3_template(const Alphafold3Input& input, std::int64_t which);

/// The reference conformers of the atoms.
ReferenceAtoms alphafold3_reference(const Alphafold3Input& input, const AtomWindows& atoms, KeySpaces spaces);

}  // namespace groel::structure_models
