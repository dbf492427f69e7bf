// Loads the part with RDKit when a molecule is asked for.
#include "folding/molecule.h"

#include <dlfcn.h>

#include <filesystem>

#include "base/error.h"
#include "folding/molecule_module.h"

namespace groel::folding {
namespace {

namespace fs = std::filesystem;

// Beside the program as it is built and as it is installed.
std::vector<fs::path> places() {
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::vector<fs::path> all;
  for (const char* below : {"", "..", "../..", "../lib/groel", "../../lib/groel"})
    all.push_back(folder / below / "groel-molecules.so");
  return all;
}

const MoleculeModule* load() {
  for (const fs::path& path : places()) {
    if (!fs::exists(path)) continue;
    void* const handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // stays open
    if (handle == nullptr) continue;
    const auto entry = reinterpret_cast<const MoleculeModule* (*)()>(dlsym(handle, kMoleculeEntry));
    if (entry != nullptr && entry()->version == kMoleculeModule) return entry();
  }
  return nullptr;
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
