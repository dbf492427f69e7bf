// Small layouts that tests make structures of.
#pragma once

#include <string>
#include <vector>

#include "folding/layout.h"

namespace groel::testing {

/// Appends a chain without residues.
inline void add_chain(folding::AtomLayout& to, const std::string& id, folding::ChainType type) {
  to.chains.push_back({id, type, static_cast<std::int32_t>(to.residues.size()), 0});
}

/// Appends a residue with these atoms, whose elements are their first letters, to the last chain: one token for a
/// standard component, one for each atom otherwise.
inline void add_residue(folding::AtomLayout& to, const std::string& component, const std::vector<std::string>& atoms) {
  folding::LayoutChain& chain = to.chains.back();
  const auto index = static_cast<std::int32_t>(to.residues.size());
  const auto first = static_cast<std::int32_t>(to.atoms.size());
  to.residues.push_back({component, ++chain.residues, component[0], static_cast<std::int32_t>(to.chains.size()) - 1,
                         first, static_cast<std::int32_t>(atoms.size())});
  const bool standard = folding::is_standard_component(component);
  for (std::size_t a = 0; a < atoms.size(); ++a) {
    to.atoms.push_back({atoms[a], atoms[a].substr(0, 1), index});
    if (a == 0 || !standard) {
      to.tokens.push_back({index, {}});
      to.tokens.back().atoms.fill(-1);
    }
    to.tokens.back().atoms[standard ? a : 0] = first + static_cast<std::int32_t>(a);
  }
}

inline const std::vector<std::string>& backbone() {
  static const std::vector<std::string> atoms{"N", "CA", "C", "O"};
  return atoms;
}

/// Two glycines as chain A, one as B, and a ligand of two atoms as C: 14 atoms, 5 tokens.
inline folding::AtomLayout small_layout() {
  folding::AtomLayout out;
  add_chain(out, "A", folding::ChainType::protein);
  add_residue(out, "GLY", backbone());
  add_residue(out, "GLY", backbone());
  add_chain(out, "B", folding::ChainType::protein);
  add_residue(out, "GLY", backbone());
  add_chain(out, "C", folding::ChainType::ligand);
  add_residue(out, "XYZ", {"C1", "O1"});
  out.components = {{"GLY", "PEPTIDE LINKING", "GLYCINE", "?", "C2 H5 N O2", "75.067", "y", "C(C(=O)O)N"},
                    {"XYZ", "NON-POLYMER", "?", "?", "?", "?", ".", ""}};
  return out;
}

/// Places along a line, `apart` Å from each other.
inline std::vector<float> on_a_line(std::size_t atoms, float apart) {
  std::vector<float> out(3 * atoms);
  for (std::size_t a = 0; a < atoms; ++a) out[3 * a] = static_cast<float>(a) * apart;
  return out;
}

}  // namespace groel::testing
