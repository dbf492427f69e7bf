// From the tokens that a network is given to the atoms that files are written of.
#include "folding/job_layout.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace groel::folding {
namespace {

ChainType chain_type(const JobChain& chain) {
  switch (chain.molecule) {
    case Molecule::protein: return ChainType::protein;
    case Molecule::rna: return ChainType::rna;
    case Molecule::dna: return ChainType::dna;
    case Molecule::ligand: break;
  }
  return chain.components.size() > 1 ? ChainType::branched : ChainType::ligand;
}

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string or_unknown(const std::string& text) { return text.empty() ? "?" : text; }

// A component that is no polymer's has no flag; one without a parent is standard.
std::string standard_flag(const Component& component) {
  if (upper_case(component.type) == "NON-POLYMER") return ".";
  return component.parent.empty() || component.parent == "?" ? "y" : "n";
}

struct Maker {
  const TokenLayout& tokens;
  const ComponentTable& components;
  AtomLayout out{};
  std::map<std::tuple<std::string, int, std::string>, std::int32_t> atoms{};  // by chain, residue and name

  void add_chains_and_atoms() {
    for (const JobChain& chain : tokens.chains) out.chains.push_back({chain.id, chain_type(chain)});
    for (std::size_t r = 0; r < tokens.residues.size(); ++r) {
      const Residue& from = tokens.residues[r];
      LayoutChain& chain = out.chains[from.chain];
      const auto index = static_cast<std::int32_t>(r);
      if (chain.residues++ == 0) chain.first_residue = index;
      out.residues.push_back({from.component, from.number, components.letter(from.component, 'X'),
                              static_cast<std::int32_t>(from.chain), static_cast<std::int32_t>(out.atoms.size()),
                              static_cast<std::int32_t>(from.atoms.size())});
      for (const SlotAtom& atom : from.atoms) {
        atoms[{chain.id, from.number, atom.name}] = static_cast<std::int32_t>(out.atoms.size());
        out.atoms.push_back({atom.name, upper_case(atom.element), index});
      }
    }
  }

  void add_tokens() {
    for (const Token& from : tokens.tokens) {
      const Residue& residue = tokens.residues[from.residue];
      LayoutToken token{static_cast<std::int32_t>(from.residue), {}};
      token.atoms.fill(-1);
      for (std::size_t s = 0; s < kSlots; ++s)
        if (!from.slots[s].name.empty())
          token.atoms[s] = atoms.at({tokens.chains[residue.chain].id, residue.number, from.slots[s].name});
      out.tokens.push_back(token);
    }
  }

  // In the job's order, those that the network sees.
  void add_bonds(const Job& job) {
    for (const Bond& bond : job.bonds) {
      const auto in = [&](const std::vector<Bond>& list) { return std::ranges::find(list, bond) != list.end(); };
      if (!in(tokens.to_polymers) && !in(tokens.of_ligands)) continue;
      const auto end = [&](const BondedAtom& atom) { return atoms.find({atom.chain, atom.residue, atom.atom}); };
      const auto from = end(bond.from), to = end(bond.to);
      if (from != atoms.end() && to != atoms.end()) out.bonds.push_back({from->second, to->second});
    }
  }

  void add_components() {
    std::map<std::string, LayoutComponent> all;
    for (const Residue& residue : tokens.residues) {
      const JobChain& chain = tokens.chains[residue.chain];
      LayoutComponent& one = all[residue.component];
      one.id = residue.component;
      const Component* const known = chain.smiles ? nullptr : components.find(residue.component);
      if (known == nullptr) {
        one.type = "NON-POLYMER";
        one.standard = "?";
        one.smiles = chain.smiles.value_or("");
        continue;
      }
      one.type = or_unknown(known->type);
      one.name = or_unknown(known->title);
      one.synonyms = or_unknown(known->synonyms);
      one.formula = or_unknown(known->formula);
      one.weight = or_unknown(known->weight);
      one.standard = standard_flag(*known);
      one.smiles = known->smiles;
    }
    for (auto& [id, one] : all) out.components.push_back(std::move(one));
  }
};

}  // namespace

AtomLayout atom_layout(const TokenLayout& tokens, const ComponentTable& components, const Job& job) {
  Maker maker{tokens, components};
  maker.add_chains_and_atoms();
  maker.add_tokens();
  maker.add_bonds(job);
  maker.add_components();
  return std::move(maker.out);
}

}  // namespace groel::folding
