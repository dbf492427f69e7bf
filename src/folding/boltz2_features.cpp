// Boltz-2's arrays of tokens and bonds.
#include "folding/boltz2_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "folding/molecule.h"

namespace groel::folding {
namespace {

std::int32_t restype_of(const Token& token, const TokenLayout& layout, const ComponentTable& components) {
  using Own = Boltz2Letters;
  const Residue& residue = layout.residues[token.residue];
  const Molecule molecule = layout.chain_of(token).molecule;
  if (molecule == Molecule::ligand) return Own::unknown;
  const std::int32_t unknown = molecule == Molecule::protein ? Own::unknown
                               : molecule == Molecule::dna   ? Own::unknown_dna
                                                             : Own::unknown_rna;
  if (residue.modified) return unknown;
  const std::int32_t letter = letter_number(components.letter(residue.component, 'X'), molecule);
  constexpr std::int32_t kAminoAcids = 20, kFirstRna = 22, kFirstDna = 26;
  if (molecule == Molecule::protein && letter >= 0 && letter < kAminoAcids) return Own::first_amino_acid + letter;
  if (molecule == Molecule::rna && letter >= kFirstRna && letter < kFirstDna)
    return Own::first_rna + letter - kFirstRna;
  if (molecule == Molecule::dna && letter >= kFirstDna && letter < kUnknownNucleotide)
    return Own::first_dna + letter - kFirstDna;
  return unknown;
}

std::int32_t number_of_molecule(Molecule molecule) {
  switch (molecule) {
    case Molecule::protein: return 0;
    case Molecule::dna: return 1;
    case Molecule::rna: return 2;
    default: return 3;
  }
}

std::int32_t slot_of(const Token& token, std::string_view name) {
  const auto found = std::ranges::find(token.slots, name, &SlotAtom::name);
  return found == token.slots.end() ? -1 : static_cast<std::int32_t>(found - token.slots.begin());
}

std::int32_t first_slot(const Token& token) {
  const auto found = std::ranges::find_if(token.slots, [](const SlotAtom& atom) { return !atom.name.empty(); });
  return found == token.slots.end() ? 0 : static_cast<std::int32_t>(found - token.slots.begin());
}

// CB, CA where there is none; C4 of purines, C2 of pyrimidines; of what is modified or no polymer its first atom.
std::int32_t representative_of(const Token& token, const TokenLayout& layout, std::int32_t restype) {
  using Own = Boltz2Letters;
  const Molecule molecule = layout.chain_of(token).molecule;
  const std::int32_t first = first_slot(token);
  if (molecule == Molecule::ligand || layout.residues[token.residue].modified) return first;
  const auto either = [&](std::string_view one, std::string_view other) {
    const std::int32_t slot = slot_of(token, one);
    return slot >= 0 ? slot : std::max(slot_of(token, other), first);
  };
  if (molecule == Molecule::protein) return either("CB", "CA");
  if (restype == Own::unknown_rna || restype == Own::unknown_dna) return either("C1'", "");
  const std::int32_t base = restype - (molecule == Molecule::rna ? Own::first_rna : Own::first_dna);
  return either(base < 2 ? "C4" : "C2", "C1'");  // A G, then C U
}

// Three slots; one of them thrice where there is no frame.
std::array<std::int32_t, 3> frame_of(const Token& token, const TokenLayout& layout, std::int32_t restype) {
  const Molecule molecule = layout.chain_of(token).molecule;
  const std::int32_t first = first_slot(token);
  const std::array<std::int32_t, 3> none{first, first, first};
  if (molecule == Molecule::ligand || restype == Boltz2Letters::unknown) return none;
  const bool protein = molecule == Molecule::protein;
  const std::array<std::int32_t, 3> out{slot_of(token, protein ? "N" : "C1'"), slot_of(token, protein ? "CA" : "C3'"),
                                        slot_of(token, protein ? "C" : "C4'")};
  return std::ranges::min(out) < 0 ? none : out;
}

class Bonds {
 public:
  Bonds(const TokenLayout& layout, const ComponentTable& components) : layout_(layout) {
    for (std::size_t t = 0; t < layout.tokens.size(); ++t) {
      const Residue& residue = layout.residues[layout.tokens[t].residue];
      for (const SlotAtom& atom : layout.tokens[t].slots)
        if (!atom.name.empty()) tokens_[{residue.chain, residue.number, atom.name}] = static_cast<std::int32_t>(t);
    }
    for (const Residue& residue : layout.residues)
      if (residue.modified || layout.chains[residue.chain].molecule == Molecule::ligand)
        add_residue(residue, components);
    constexpr std::int32_t kBetweenResidues = 6;
    for (const std::vector<Bond>* bonds : {&layout.of_ligands, &layout.to_polymers})
      for (const Bond& bond : *bonds) add(place(bond.from), place(bond.to), kBetweenResidues);
  }
  // Each pair of tokens once, with its last type.
  std::vector<std::int32_t> values() const {
    std::vector<std::int32_t> out;
    for (const auto& [ends, type] : types_) out.insert(out.end(), {ends.first, ends.second, type});
    return out;
  }

 private:
  using Place = std::tuple<std::size_t, int, std::string>;

  Place place(const BondedAtom& atom) const {
    const auto chain = std::ranges::find(layout_.chains, atom.chain, &JobChain::id);
    return {static_cast<std::size_t>(chain - layout_.chains.begin()), atom.residue, atom.atom};
  }
  void add(const Place& from, const Place& to, std::int32_t type) {
    const auto a = tokens_.find(from), b = tokens_.find(to);
    if (a != tokens_.end() && b != tokens_.end())
      types_[{std::min(a->second, b->second), std::max(a->second, b->second)}] = type;
  }
  static std::int32_t type_of(std::string_view order, bool aromatic) {
    if (aromatic || order == "AROM") return 5;
    return order == "SING" ? 2 : order == "DOUB" ? 3 : order == "TRIP" ? 4 : 1;
  }
  void add_residue(const Residue& residue, const ComponentTable& components) {
    const auto at = [&](const std::string& name) { return Place{residue.chain, residue.number, name}; };
    if (const auto& smiles = layout_.chains[residue.chain].smiles) {
      const auto graph = molecule_of_smiles(*smiles);
      const auto bonds = graph->bonds();
      const auto orders = graph->bond_orders();
      for (std::size_t i = 0; i < bonds.size(); ++i)
        add(at(bonds[i].first), at(bonds[i].second), type_of(orders[i], false));
      return;
    }
    const Component* const component = components.find(residue.component);
    if (component == nullptr) return;
    for (const io::ComponentBond& bond : component->bonds)
      add(at(bond.from), at(bond.to), type_of(bond.order, bond.aromatic == 'Y'));
  }

  const TokenLayout& layout_;
  std::map<Place, std::int32_t> tokens_;
  std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t> types_;
};

void note_unread(const TokenLayout& layout, std::vector<std::string>& notes) {
  for (const JobChain& chain : layout.chains)
    if (chain.molecule == Molecule::rna && chain.unpaired_msa && alignment_rows(*chain.unpaired_msa).size() > 1)
      notes.push_back(
          fmt::format("the alignment of chain {} is left out: Boltz-2 reads those of proteins alone", chain.id));
}

}  // namespace

void add_boltz2_features(const TokenLayout& layout, const ComponentTable& components, const PairingOptions& options,
                         FeatureWriter& to, std::vector<std::string>* notes) {
  if (notes != nullptr) note_unread(layout, *notes);
  const std::size_t n = layout.tokens.size();
  std::vector<std::int32_t> restype, molecule, modified, representative, frames;
  for (const Token& token : layout.tokens) {
    restype.push_back(restype_of(token, layout, components));
    molecule.push_back(number_of_molecule(layout.chain_of(token).molecule));
    modified.push_back(layout.residues[token.residue].modified ? 1 : 0);
    representative.push_back(representative_of(token, layout, restype.back()));
    const auto frame = frame_of(token, layout, restype.back());
    frames.insert(frames.end(), frame.begin(), frame.end());
  }
  Boltz2Rows rows = boltz2_rows(layout, components, options.most_rows);
  for (std::size_t i = 0; i < n; ++i) rows.letters[i] = static_cast<std::int8_t>(restype[i]);
  to.add_rows("boltz2:msa", rows.letters, rows.rows, n);
  to.add_rows("boltz2:paired", rows.paired, rows.rows, n);
  to.add("boltz2:num_alignments", {}, std::vector<std::int32_t>{static_cast<std::int32_t>(rows.rows)});
  to.add_tokens("boltz2:restype", restype);
  to.add_tokens("boltz2:molecule", molecule);
  to.add_tokens("boltz2:modified", modified);
  to.add_tokens("boltz2:representative", representative);
  to.add_tokens("boltz2:frame_slots", frames, {3});
  const std::vector<std::int32_t> bonds = Bonds(layout, components).values();
  to.add("boltz2:bonds", {std::ssize(bonds) / 3, 3}, bonds);
}

}  // namespace groel::folding
