// Molecules by RDKit: the part that the program loads when one is asked for (see folding/molecule.h).
#include <GraphMol/Conformer.h>
#include <GraphMol/DistGeomHelpers/Embedder.h>
#include <GraphMol/MolOps.h>
#include <GraphMol/RWMol.h>
#include <GraphMol/SmilesParse/SmilesParse.h>
#include <RDGeneral/RDLog.h>
#include <RDGeneral/versions.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "folding/molecule_module.h"

namespace groel::folding {
namespace {

using RDKit::RWMol;

constexpr const char* kName = "atom_name";
constexpr std::size_t kLongestName = 4;  // as PDB files have room for; AlphaFold 3 makes no molecule of others

std::string capitalized(const std::string& symbol) {
  std::string text;
  for (const char c : symbol)
    text += static_cast<char>(text.empty() ? std::toupper(static_cast<unsigned char>(c))
                                           : std::tolower(static_cast<unsigned char>(c)));
  return text == "X" ? "*" : text;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

class Graph final : public MoleculeGraph {
 public:
  explicit Graph(std::unique_ptr<RDKit::ROMol> molecule) : molecule_(std::move(molecule)) {}

  std::vector<MoleculeAtom> atoms() const override {
    std::vector<MoleculeAtom> all;
    for (const RDKit::Atom* atom : molecule_->atoms())
      all.push_back(
          {atom->getProp<std::string>(kName), upper(atom->getSymbol()), atom->getAtomicNum(), atom->getFormalCharge()});
    return all;
  }

  std::vector<std::pair<std::string, std::string>> bonds() const override {
    std::vector<std::pair<std::string, std::string>> all;
    for (const RDKit::Bond* bond : molecule_->bonds())
      all.emplace_back(bond->getBeginAtom()->getProp<std::string>(kName),
                       bond->getEndAtom()->getProp<std::string>(kName));
    return all;
  }

  std::vector<std::string> bond_orders() const override {
    std::vector<std::string> all;
    for (const RDKit::Bond* bond : molecule_->bonds()) {
      switch (bond->getBondType()) {
        case RDKit::Bond::SINGLE: all.emplace_back("SING"); break;
        case RDKit::Bond::DOUBLE: all.emplace_back("DOUB"); break;
        case RDKit::Bond::TRIPLE: all.emplace_back("TRIP"); break;
        case RDKit::Bond::AROMATIC: all.emplace_back("AROM"); break;
        default: all.emplace_back();
      }
    }
    return all;
  }

  std::optional<std::vector<std::array<float, 3>>> conformer(std::uint32_t seed, int iterations) const override {
    const RDLog::LogStateSetter quiet;  // of ions it warns that it has no force field for them
    RDKit::DGeomHelpers::EmbedParameters parameters = RDKit::DGeomHelpers::ETKDGv3;
    parameters.randomSeed = static_cast<int>(seed);
    if (iterations > 0) parameters.maxIterations = static_cast<unsigned>(iterations);
    RDKit::ROMol copy(*molecule_);
    try {
      const int id = RDKit::DGeomHelpers::EmbedMolecule(copy, parameters);
      const RDKit::Conformer& found = copy.getConformer(id);
      std::vector<std::array<float, 3>> positions;
      for (const auto& at : found.getPositions())
        positions.push_back({static_cast<float>(at.x), static_cast<float>(at.y), static_cast<float>(at.z)});
      return positions;
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }

 private:
  std::unique_ptr<RDKit::ROMol> molecule_;
};

bool is_sound(const io::ComponentBlock& component) {
  return std::ranges::all_of(component.atoms,
                             [](const io::ComponentAtom& atom) {
                               return atom.charged && !atom.name.empty() && atom.name.size() <= kLongestName &&
                                      std::ranges::none_of(atom.ideal, [](double x) { return std::isnan(x); });
                             }) &&
         std::ranges::all_of(component.bonds, [](const io::ComponentBond& bond) {
           return bond.aromatic == 'Y' || bond.aromatic == 'N';
         });
}

void add_atoms(const io::ComponentBlock& component, RWMol& molecule) {
  for (const io::ComponentAtom& one : component.atoms) {
    auto* const atom = new RDKit::Atom(capitalized(one.element));  // the molecule's own
    atom->setNoImplicit(true);
    atom->setProp(kName, one.name);
    atom->setFormalCharge(one.charge);
    molecule.addAtom(atom, true, true);
  }
}

void add_bonds(const io::ComponentBlock& component, RWMol& molecule) {
  static const std::map<std::string, RDKit::Bond::BondType> kinds{
      {"SING", RDKit::Bond::SINGLE}, {"DOUB", RDKit::Bond::DOUBLE}, {"TRIP", RDKit::Bond::TRIPLE}};
  std::map<std::string, unsigned> index;
  for (unsigned i = 0; i < component.atoms.size(); ++i) index[component.atoms[i].name] = i;
  for (const io::ComponentBond& bond : component.bonds) {
    const unsigned count = molecule.addBond(index.at(bond.from), index.at(bond.to), kinds.at(bond.order));
    molecule.getBondWithIdx(count - 1)->setIsAromatic(bond.aromatic == 'Y');
  }
}

void add_ideal(const io::ComponentBlock& component, RWMol& molecule) {
  auto* const conformer = new RDKit::Conformer(static_cast<unsigned>(component.atoms.size()));  // the molecule's own
  for (unsigned i = 0; i < component.atoms.size(); ++i) {
    const auto& at = component.atoms[i].ideal;
    conformer->setAtomPos(i, {at[0], at[1], at[2]});
  }
  molecule.addConformer(conformer, false);
}

std::unique_ptr<RDKit::ROMol> sorted_by_name(const RWMol& molecule) {
  std::map<std::string, unsigned> by_name;
  for (const RDKit::Atom* atom : molecule.atoms()) by_name[atom->getProp<std::string>(kName)] = atom->getIdx();
  std::vector<unsigned> order;
  for (const auto& [name, index] : by_name) order.push_back(index);
  return std::unique_ptr<RDKit::ROMol>(RDKit::MolOps::renumberAtoms(molecule, order));
}

std::unique_ptr<MoleculeGraph> of_component(const io::ComponentBlock& component) {
  if (!is_sound(component)) return nullptr;
  try {
    RWMol molecule;
    add_atoms(component, molecule);
    add_bonds(component, molecule);
    molecule.updatePropertyCache(false);
    add_ideal(component, molecule);
    RDKit::MolOps::assignStereochemistryFrom3D(molecule);
    RDKit::MolOps::sanitizeMol(molecule);
    return std::make_unique<Graph>(sorted_by_name(molecule));
  } catch (const std::exception&) {
    return nullptr;
  }
}

// "C5": the fifth carbon.
void name_atoms(RDKit::ROMol& molecule) {
  std::map<std::string, int> count;
  for (RDKit::Atom* atom : molecule.atoms()) {
    const std::string element = atom->getSymbol();
    atom->setProp(kName, upper(element) + std::to_string(++count[element]));
  }
}

std::unique_ptr<MoleculeGraph> of_smiles(const std::string& smiles, std::string& problem) {
  try {
    std::unique_ptr<RWMol> molecule(RDKit::SmilesToMol(smiles));
    if (molecule == nullptr) return problem = "RDKit cannot read it", nullptr;
    if (molecule->getNumAtoms() == 0) return problem = "it has no atoms", nullptr;
    RDKit::MolOps::addHs(*molecule);
    name_atoms(*molecule);
    return std::make_unique<Graph>(std::make_unique<RDKit::ROMol>(*molecule));
  } catch (const std::exception& error) {
    problem = error.what();
    return nullptr;
  }
}

}  // namespace
}  // namespace groel::folding

extern "C" __attribute__((visibility("default"))) const groel::folding::MoleculeModule* groel_molecule_module() {
  using namespace groel::folding;
  static const bool quiet = [] {
    RDLog::InitLogs();
    for (const auto& log : {rdDebugLog, rdInfoLog, rdWarningLog, rdErrorLog})
      if (log != nullptr) log->df_enabled = false;
    return true;
  }();
  (void)quiet;
  static const MoleculeModule module{kMoleculeModule, of_component, RDKit::rdkitVersion, of_smiles};
  return &module;
}
