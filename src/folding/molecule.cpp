// Loads the part with RDKit when a molecule is asked for.
#include "folding/molecule.h"

#include "base/error.h"
#include "base/loaded_part.h"
#include "folding/molecule_module.h"

namespace groel::folding {
namespace {

const MoleculeModule* load() {
  const auto entry = reinterpret_cast<const MoleculeModule* (*)()>(loaded_part("groel-molecules.so", kMoleculeEntry));
  return entry != nullptr && entry()->version == kMoleculeModule ? entry() : nullptr;
}

const MoleculeModule* module() {
  static const MoleculeModule* const loaded = load();
  return loaded;
}

}  // namespace

bool has_molecules() { return module() != nullptr; }

std::string rdkit_version() { return module() == nullptr ? "" : module()->rdkit; }

std::unique_ptr<MoleculeGraph> molecule_of(const io::ComponentBlock& component) {
  return module() == nullptr ? nullptr : module()->of_component(component);
}

std::unique_ptr<MoleculeGraph> molecule_of_smiles(const std::string& smiles) {
  if (module() == nullptr)
    throw Error(
        ErrorKind::unsupported,
        {"ligands given as SMILES need RDKit, which this program was built without or does not find",
         "SMILES " + smiles,
         "install librdkit1, and build with librdkit-dev and libboost-dev; or give the ligand by ccdCodes or userCCD"});
  std::string problem;
  auto molecule = module()->of_smiles(smiles, problem);
  if (molecule == nullptr)
    throw Error(ErrorKind::bad_input, {"not a molecule in SMILES: " + problem, "SMILES " + smiles, {}});
  return molecule;
}

}  // namespace groel::folding
