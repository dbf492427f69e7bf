// Lays a job out as residues, their atoms and tokens.
#include "folding/tokens.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/printable.h"
#include "base/words.h"
#include "folding/alignment.h"
#include "folding/template_features.h"

namespace groel::folding {
namespace {

using ResidueKey = std::pair<std::string, int>;

bool is_hydrogen(std::string_view element) { return element == "H" || element == "D"; }

// Names every component that is missing, so that one run shows all.
void check_known(const Job& job, const ComponentTable& components) {
  std::vector<std::string> unknown;
  for (const std::string& code : codes_of(job))
    if (components.find(code) == nullptr) unknown.push_back(code);
  if (unknown.empty()) return;
  throw Error(ErrorKind::bad_input,
              {fmt::format("{} not known: {}",
                           unknown.size() == 1 ? "a component is" : fmt::format("{} components are", unknown.size()),
                           listed(unknown, 10)),
               fmt::format("job '{}'", job.name),
               "give the Chemical Component Dictionary by `components` (components.cif), or the component by userCCD"});
}

struct Builder {
  const ComponentTable& components;
  const TokenOptions& options;
  TokenLayout out{};
  std::map<ResidueKey, std::set<std::string>> bonded{};  // atoms by residue
  std::set<std::tuple<std::string, int, std::string>> atoms{};

  void keep_chains(const Job& job);
  void check_bonds(const Job& job) const;
  void take_bonds(const Job& job);
  void add_residues();
  std::vector<SlotAtom> all_atoms(const JobChain& chain, const std::string& component) const;
  std::set<std::string> dropped(const JobChain& chain, const Residue& residue, bool first, bool last) const;
  void add_tokens();
  void add_standard_token(std::size_t residue, std::size_t column);
  void drop_bonds();
};

// A chain of nothing but unknown residues has no atoms for AlphaFold 3.
bool is_unknown(const JobChain& chain) {
  const auto codes = residue_codes(chain);
  static const std::set<std::string> unknown{"UNK", "N", "DN", "UNL"};
  return !codes.empty() && unknown.contains(codes[0]) &&
         std::ranges::all_of(codes, [&](const std::string& code) { return code == codes[0]; });
}

void Builder::keep_chains(const Job& job) {
  for (const JobChain& chain : job.chains) {
    if (is_unknown(chain))
      out.notes.push_back(fmt::format("chain {} has unknown residues alone: AlphaFold 3 leaves it out", chain.id));
    else
      out.chains.push_back(chain);
  }
  std::ranges::stable_sort(out.chains, [](const JobChain& a, const JobChain& b) { return comes_before(a.id, b.id); });
  if (out.chains.empty())
    throw Error(
        ErrorKind::bad_input,
        {"nothing is left to predict: every chain has unknown residues alone", fmt::format("job '{}'", job.name), {}});
}

void Builder::check_bonds(const Job& job) const {
  for (const Bond& bond : job.bonds) {
    for (const BondedAtom& end : {bond.from, bond.to}) {
      const std::string code = residue_codes(*job.find(end.chain))[static_cast<std::size_t>(end.residue - 1)];
      const Component* const component = components.find(code);
      if (std::ranges::find(component->atoms, end.atom, &io::ComponentAtom::name) != component->atoms.end()) continue;
      throw Error(
          ErrorKind::bad_input,
          {fmt::format("bondedAtomPairs names atom {} of residue {}, and {} has the atoms {}", end.atom, end.residue,
                       code, listed_as(component->atoms, [](const auto& atom) { return atom.name; })),
           "chain " + end.chain,
           {}});
    }
  }
}

// Bonds that the network can see: not between polymers, nor inside a residue, nor to hydrogens.
void Builder::take_bonds(const Job& job) {
  const auto known = [&](const BondedAtom& end) {
    return std::ranges::find(out.chains, end.chain, &JobChain::id) != out.chains.end();
  };
  const auto hydrogen = [&](const BondedAtom& end) {
    const Component& component =
        *components.find(residue_codes(*job.find(end.chain))[static_cast<std::size_t>(end.residue - 1)]);
    return is_hydrogen(std::ranges::find(component.atoms, end.atom, &io::ComponentAtom::name)->element);
  };
  for (const Bond& bond : job.bonds) {
    if (!known(bond.from) || !known(bond.to)) {
      out.notes.push_back(said(bond) + " is one of a chain that is left out: the network will not see it");
      continue;
    }
    for (const BondedAtom& end : {bond.from, bond.to})
      if (end.atom == "OXT") bonded[{end.chain, end.residue}].insert(end.atom);
    const bool from = job.find(bond.from.chain)->molecule == Molecule::ligand,
               to = job.find(bond.to.chain)->molecule == Molecule::ligand;
    const bool inside = bond.from.chain == bond.to.chain && bond.from.residue == bond.to.residue;
    if ((!from && !to) || inside) continue;
    if (hydrogen(bond.from) || hydrogen(bond.to)) {
      out.notes.push_back(said(bond) + " is one of a hydrogen: the network will not see it");
      continue;
    }
    (from && to ? out.of_ligands : out.to_polymers).push_back(bond);
    bonded[{bond.from.chain, bond.from.residue}].insert(bond.from.atom);
    bonded[{bond.to.chain, bond.to.residue}].insert(bond.to.atom);
  }
}

std::vector<SlotAtom> Builder::all_atoms(const JobChain& chain, const std::string& code) const {
  std::vector<SlotAtom> all;
  if (chain.smiles) {
    for (const MoleculeAtom& atom : molecule_of_smiles(*chain.smiles)->atoms())
      if (atom.number != 1) all.push_back({atom.name, atom.element});
    return all;
  }
  // UNK has atoms that nobody means; AlphaFold 3 takes those of glycine.
  const Component* const component = components.find(code == "UNK" ? "GLY" : code);
  GROEL_REQUIRE(component != nullptr);  // check_known
  for (const io::ComponentAtom& atom : component->atoms)
    if (!is_hydrogen(atom.element)) all.push_back({atom.name, atom.element});
  return all;
}

std::set<std::string> leaving(const Component& component) {
  std::set<std::string> out;
  for (const io::ComponentAtom& atom : component.atoms)
    if (atom.leaving) out.insert(atom.name);
  return out;
}

// Atoms that are gone once residues are linked.
std::set<std::string> Builder::dropped(const JobChain& chain, const Residue& residue, bool first, bool last) const {
  const auto found = bonded.find({chain.id, residue.number});
  static const std::set<std::string> none;
  const std::set<std::string>& bonds = found == bonded.end() ? none : found->second;
  const bool openfold3 = options.rules == TokenRules::openfold3, boltz2 = options.rules == TokenRules::boltz2;
  if (residue.modified) return leaving(*components.find(residue.component));
  if (chain.molecule == Molecule::protein && (boltz2 || ((!last || openfold3) && !bonds.contains("OXT"))))
    return {"OXT"};
  if ((chain.molecule == Molecule::rna || chain.molecule == Molecule::dna) && (!first || openfold3 || boltz2))
    return {"OP3"};
  if (boltz2 || chain.molecule != Molecule::ligand || chain.smiles || !is_glycan(*components.find(residue.component)))
    return {};
  if (bonds.contains("O1") || ((options.keep_standalone_glycans || openfold3) && bonds.empty())) return {};
  return {"O1"};
}

void Builder::add_residues() {
  const bool atom_by_atom = options.rules == TokenRules::openfold3;  // residues that are not of the 20
  const bool boltz2 = options.rules == TokenRules::boltz2;
  for (std::size_t c = 0; c < out.chains.size(); ++c) {
    const JobChain& chain = out.chains[c];
    std::vector<std::string> codes = residue_codes(chain);
    if (chain.smiles) codes = {"LIG_" + chain.id};
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (boltz2 && codes[i] == "MSE" && chain.molecule == Molecule::protein) codes[i] = "MET";
      Residue residue{c, static_cast<int>(i + 1), codes[i]};
      residue.standard = chain.molecule == Molecule::protein
                             ? is_standard_amino_acid(codes[i]) || (codes[i] == "MSE" && !atom_by_atom)
                             : chain.molecule != Molecule::ligand && is_standard_nucleotide(codes[i]);
      if (boltz2 && !residue.standard && chain.molecule != Molecule::ligand) residue.standard = residue.modified = true;
      residue.atoms = all_atoms(chain, codes[i]);
      const std::set<std::string> gone = dropped(chain, residue, i == 0, i + 1 == codes.size());
      std::erase_if(residue.atoms, [&](const SlotAtom& atom) { return gone.contains(atom.name); });
      for (const SlotAtom& atom : residue.atoms) atoms.emplace(chain.id, residue.number, atom.name);
      out.residues.push_back(std::move(residue));
    }
  }
}

// Slots follow the component's heavy atoms, with an empty one for each that was dropped.
void Builder::add_standard_token(std::size_t index, std::size_t column) {
  const Residue& residue = out.residues[index];
  const JobChain& chain = out.chains[residue.chain];
  if (residue.modified && residue.atoms.size() > kSlots)
    throw Error(ErrorKind::unsupported,
                {fmt::format("residue {} is {}, of {} atoms, and there is room for {} where a modified residue is one "
                             "token",
                             residue.number, residue.component, residue.atoms.size(), kSlots),
                 "chain " + chain.id, "run the job with another network, or without the modification"});
  Token token{index, column};
  std::size_t slot = 0;
  // Nothing is left empty in what is no standard residue.
  const std::vector<SlotAtom> atoms_of_token = residue.modified ? residue.atoms : all_atoms(chain, residue.component);
  for (const SlotAtom& atom : atoms_of_token) {
    if (slot == kSlots) break;
    if (atoms.contains({chain.id, residue.number, atom.name})) token.slots[slot] = atom;
    ++slot;
  }
  const std::string_view wanted = chain.molecule == Molecule::protein ? "CA" : "C1'";
  const auto center = std::ranges::find(token.slots, wanted, &SlotAtom::name);
  const auto first = std::ranges::find_if(token.slots, [](const SlotAtom& atom) { return !atom.name.empty(); });
  token.center = static_cast<std::size_t>((center != token.slots.end()  ? center
                                           : first == token.slots.end() ? token.slots.begin()
                                                                        : first) -
                                          token.slots.begin());
  out.tokens.push_back(std::move(token));
}

void Builder::add_tokens() {
  std::size_t column = 0;
  for (std::size_t i = 0; i < out.residues.size(); ++i) {
    const Residue& residue = out.residues[i];
    const bool ligand = out.chains[residue.chain].molecule == Molecule::ligand;
    if (residue.standard) {
      add_standard_token(i, column++);
      continue;
    }
    for (std::size_t a = 0; a < residue.atoms.size(); ++a) {
      Token token{i, ligand ? column + a : column};
      token.slots[0] = residue.atoms[a];
      out.tokens.push_back(std::move(token));
    }
    column += ligand ? residue.atoms.size() : 1;
  }
}

// Bonds of atoms that the network's rules leave out. For AlphaFold 3's arrays a polymer's end of a bond is its residue,
// whichever atom is named.
void Builder::drop_bonds() {
  const auto gone = [&](const BondedAtom& end) { return !atoms.contains({end.chain, end.residue, end.atom}); };
  const auto lost = [&](const Bond& bond, bool by_residue) {
    if (!gone(bond.from) && !gone(bond.to)) return false;
    out.notes.push_back(fmt::format("{} is lost in the structure, which {} is left out of: the network will {}",
                                    said(bond), said(gone(bond.from) ? bond.from : bond.to),
                                    by_residue ? "see it as one of the residue" : "not see it"));
    return !by_residue;
  };
  std::erase_if(out.of_ligands, [&](const Bond& bond) { return lost(bond, false); });
  std::erase_if(out.to_polymers, [&](const Bond& bond) { return lost(bond, options.rules != TokenRules::boltz2); });
}

// What a chain says in vain, as AlphaFold 3 reads it: text of an alignment that is in no row (a path that is not there,
// Stockholm), and all but the last modification of a residue.
void note_passed_over(TokenLayout& layout) {
  constexpr std::size_t kShown = 60;
  for (const JobChain& chain : layout.chains) {
    for (const auto& [name, a3m] : {std::pair("unpairedMsa", &chain.unpaired_msa), {"pairedMsa", &chain.paired_msa}})
      if (const std::string line = line_of_no_row(a3m->value_or("")); !line.empty())
        layout.notes.push_back(
            fmt::format("the {} of chain {} has text that belongs to no row of an A3M, and is passed over: \"{}\"{}",
                        name, chain.id, printable(line.substr(0, kShown), LineEnds::escape),
                        alignment_rows(**a3m).empty() ? "; so it is the sequence alone" : ""));
    std::map<int, std::string> modified;
    for (const Modification& one : chain.modifications)
      if (const auto [before, fresh] = modified.try_emplace(one.position, one.component); !fresh)
        layout.notes.push_back(
            fmt::format("residue {} of chain {} is modified twice, to {} and to {}: the last one counts", one.position,
                        chain.id, std::exchange(before->second, one.component), one.component));
  }
}

}  // namespace

std::pair<std::size_t, std::size_t> TokenLayout::range(std::size_t chain) const {
  std::size_t first = 0;
  while (first < tokens.size() && residues[tokens[first].residue].chain != chain) ++first;
  std::size_t last = first;
  while (last < tokens.size() && residues[tokens[last].residue].chain == chain) ++last;
  return {first, last};
}

std::size_t TokenLayout::atom_count() const {
  std::size_t count = 0;
  for (const Token& token : tokens)
    for (const SlotAtom& atom : token.slots) count += atom.name.empty() ? 0 : 1;
  return count;
}

TokenLayout lay_out(const Job& job, const ComponentTable& components, const TokenOptions& options) {
  Builder builder{components, options};
  builder.out.rules = options.rules;
  check_known(job, components);
  builder.keep_chains(job);
  builder.check_bonds(job);
  builder.take_bonds(job);
  builder.add_residues();
  builder.add_tokens();
  builder.drop_bonds();
  note_templates(builder.out);
  note_passed_over(builder.out);
  return std::move(builder.out);
}

}  // namespace groel::folding
