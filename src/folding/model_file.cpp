// Sorts what gemmi reads of a predicted structure into a layout.
#include "folding/model_file.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "io/structure_text.h"

namespace groel::folding {
namespace {

using io::RawResidue;

bool is_of_kind(const RawResidue& residue, RawResidue::Kind kind) {
  return io::residue_info(residue.name).kind == kind;
}

// A polymer is a protein unless it has nucleotides and no amino acid; DNA and RNA are scored alike.
ChainType type_of_chain(const io::RawChain& chain) {
  const bool polymer = std::any_of(chain.residues.begin(), chain.residues.end(),
                                   [](const RawResidue& residue) { return residue.role == RawResidue::Role::polymer; });
  if (!polymer) return chain.residues.size() == 1 ? ChainType::ligand : ChainType::branched;
  const auto has = [&](RawResidue::Kind kind) {
    return std::any_of(chain.residues.begin(), chain.residues.end(),
                       [&](const RawResidue& residue) { return is_of_kind(residue, kind); });
  };
  if (has(RawResidue::Kind::amino) || !has(RawResidue::Kind::nucleic)) return ChainType::protein;
  const bool deoxy = std::any_of(chain.residues.begin(), chain.residues.end(), [](const RawResidue& residue) {
    return residue.name.size() == 2 && residue.name[0] == 'D';
  });
  return deoxy ? ChainType::dna : ChainType::rna;
}

// Only hydrogen has to be told from the others here: "HB2", "1HB".
std::string element_of(const std::string& atom) {
  const auto first = std::find_if(atom.begin(), atom.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
  return first == atom.end() ? "X" : std::string(1, *first);
}

void add_residue(const RawResidue& raw, ModelFile& to) {
  AtomLayout& layout = to.layout;
  const auto index = static_cast<std::int32_t>(layout.residues.size());
  layout.residues.push_back({raw.name, static_cast<std::int32_t>(raw.number), io::residue_info(raw.name).letter,
                             static_cast<std::int32_t>(layout.chains.size()) - 1,
                             static_cast<std::int32_t>(layout.atoms.size()),
                             static_cast<std::int32_t>(raw.atoms.size())});
  for (const io::RawAtom& atom : raw.atoms) {
    layout.atoms.push_back({atom.name, element_of(atom.name), index});
    for (const double x : atom.at) to.positions.push_back(static_cast<float>(x));
    to.b_factors.push_back(atom.b_factor);
  }
}

}  // namespace

ModelFile read_model_file(const std::string& path) {
  const io::RawStructure raw = io::raw_structure_of(io::read_structure_text(path), path, io::WhichAtoms::every);
  ModelFile out;
  for (const io::RawChain& chain : raw.chains) {
    out.layout.chains.push_back({chain.name, type_of_chain(chain),
                                 static_cast<std::int32_t>(out.layout.residues.size()),
                                 static_cast<std::int32_t>(chain.residues.size())});
    for (const RawResidue& residue : chain.residues) add_residue(residue, out);
  }
  if (out.layout.atoms.empty())
    throw Error(ErrorKind::bad_input, {"no atom has coordinates here", path, "an mmCIF file of a model is expected"});
  return out;
}

}  // namespace groel::folding
