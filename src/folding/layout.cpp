// Looks things up in a layout, and takes values from tokens to atoms.
#include "folding/layout.h"

#include <algorithm>

#include "base/error.h"

namespace groel::folding {

bool is_polymer(ChainType type) { return type != ChainType::ligand && type != ChainType::branched; }

std::string_view mmcif_name(ChainType type) {
  switch (type) {
    case ChainType::protein: return "polypeptide(L)";
    case ChainType::dna: return "polydeoxyribonucleotide";
    case ChainType::rna: return "polyribonucleotide";
    case ChainType::ligand: return "non-polymer";
    case ChainType::branched: return "branched";
  }
  return {};
}

bool is_standard_component(std::string_view component) {
  static constexpr std::array<std::string_view, 28> kStandard{
      "A",   "ALA", "ARG", "ASN", "ASP", "C",   "CYS", "DA",  "DC",  "DG",  "DT",  "G",   "GLN", "GLU",
      "GLY", "HIS", "ILE", "LEU", "LYS", "MET", "PHE", "PRO", "SER", "THR", "TRP", "TYR", "U",   "VAL"};
  return std::binary_search(kStandard.begin(), kStandard.end(), component);
}

const LayoutChain& AtomLayout::chain_of(const LayoutToken& token) const {
  return chains[static_cast<std::size_t>(residues[static_cast<std::size_t>(token.residue)].chain)];
}

std::span<const LayoutResidue> AtomLayout::residues_of(const LayoutChain& chain) const {
  return std::span(residues).subspan(static_cast<std::size_t>(chain.first_residue),
                                     static_cast<std::size_t>(chain.residues));
}

std::vector<std::int32_t> token_chains(const AtomLayout& layout) {
  std::vector<std::int32_t> out;
  for (const LayoutToken& token : layout.tokens)
    out.push_back(layout.residues[static_cast<std::size_t>(token.residue)].chain);
  return out;
}

std::vector<float> values_of_atoms(const AtomLayout& layout, std::span<const float> slots, std::size_t width) {
  GROEL_REQUIRE(slots.size() == layout.tokens.size() * kTokenSlots * width);
  std::vector<float> out(layout.atoms.size() * width);
  for (std::size_t t = 0; t < layout.tokens.size(); ++t)
    for (std::size_t s = 0; s < kTokenSlots; ++s)
      if (const std::int32_t atom = layout.tokens[t].atoms[s]; atom >= 0)
        std::copy_n(slots.begin() + static_cast<std::ptrdiff_t>((t * kTokenSlots + s) * width), width,
                    out.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(atom) * width));
  return out;
}

std::vector<std::int32_t> atoms_without_slot(const AtomLayout& layout) {
  std::vector<char> has_slot(layout.atoms.size());
  for (const LayoutToken& token : layout.tokens)
    for (const std::int32_t atom : token.atoms)
      if (atom >= 0) has_slot[static_cast<std::size_t>(atom)] = 1;
  std::vector<std::int32_t> out;
  for (std::size_t a = 0; a < has_slot.size(); ++a)
    if (has_slot[a] == 0) out.push_back(static_cast<std::int32_t>(a));
  return out;
}

}  // namespace groel::folding
