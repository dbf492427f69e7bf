// Molecules as RDKit makes them: of chemical components, or of SMILES.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/component_file.h"

namespace groel::folding {

struct MoleculeAtom {
  std::string name;  ///< "C1'"
  std::string element;
  int number = 0, charge = 0;  ///< in the periodic table; formal
};

/// A molecule's graph, hydrogens included.
class MoleculeGraph {
 public:
  virtual ~MoleculeGraph() = default;
  virtual std::vector<MoleculeAtom> atoms() const = 0;
  /// Names of both ends, in RDKit's order.
  virtual std::vector<std::pair<std::string, std::string>> bonds() const = 0;
  /// SING, DOUB, TRIP, AROM of each of them; empty for others.
  virtual std::vector<std::string> bond_orders() const = 0;
  /// Positions in Å [atoms] of the conformer that ETKDGv3 finds with this seed; nothing when it finds none.
  /// `iterations`: 0 for RDKit's own limit.
  virtual std::optional<std::vector<std::array<float, 3>>> conformer(std::uint32_t seed, int iterations) const = 0;
};

/// Whether RDKit is here. It is in a part of its own (molecule_rdkit.cpp) that is loaded when a molecule is asked for,
/// and that a build without RDKit lacks.
bool has_molecules();
/// "2022.09.3"; "" without RDKit. Others find other conformers for the same seed.
std::string rdkit_version();

/// Atoms in the order of their names. Null where RDKit is not here, or can make no molecule of the component.
std::unique_ptr<MoleculeGraph> molecule_of(const io::ComponentBlock& component);
/// Atoms in the order of the SMILES, then hydrogens; named by element and running number. Errors: bad_input with
/// RDKit's reason; unsupported without RDKit.
std::unique_ptr<MoleculeGraph> molecule_of_smiles(const std::string& smiles);

}  // namespace groel::folding
