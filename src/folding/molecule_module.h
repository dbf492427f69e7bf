// What the part with RDKit hands to the program.
#pragma once

#include "folding/molecule.h"

namespace groel::folding {

struct MoleculeModule {
  int version;  ///< kMoleculeModule of the program that it belongs to
  std::unique_ptr<MoleculeGraph> (*of_component)(const io::ComponentBlock& component);
  const char* rdkit;
  /// Null, and why, when the SMILES are none.
  std::unique_ptr<MoleculeGraph> (*of_smiles)(const std::string& smiles, std::string& problem);
};

inline constexpr int kMoleculeModule = 2;
inline constexpr const char* kMoleculeEntry = "groel_molecule_module";

}  // namespace groel::folding
