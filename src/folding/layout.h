// What a predicted structure is made of: chains, residues, atoms and bonds, and where each token has its atoms.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace groel::folding {

enum class ChainType {
  protein,
  dna,
  rna,
  ligand,    ///< of one component
  branched,  ///< a ligand of several
};

bool is_polymer(ChainType type);
/// `_entity_poly.type` of polymers, `_entity.type` of the others: "polypeptide(L)".
std::string_view mmcif_name(ChainType type);
/// One of the 20 amino acids, or of the 4 nucleotides of RNA or DNA.
bool is_standard_component(std::string_view component);

/// Slots of atoms that a token has in a model's arrays.
inline constexpr std::size_t kTokenSlots = 24;

struct LayoutAtom {
  std::string name;     ///< as in its component: "CA"
  std::string element;  ///< upper case: "ZN"
  std::int32_t residue = 0;
};

struct LayoutResidue {
  std::string component;    ///< code of the Chemical Component Dictionary, or of the user's
  std::int32_t number = 1;  ///< in its chain, from 1
  char letter = 'X';        ///< of the residue, or of the one that it was made from
  std::int32_t chain = 0;
  std::int32_t first_atom = 0, atoms = 0;  ///< may have none
};

struct LayoutChain {
  std::string id;
  ChainType type = ChainType::protein;
  std::int32_t first_residue = 0, residues = 0;
};

/// A covalent bond that the job names, between atoms of the layout.
struct LayoutBond {
  std::int32_t from = 0, to = 0;
};

/// A row of `_chem_comp`; texts as mmCIF has them, "?" where unknown.
struct LayoutComponent {
  std::string id, type, name = "?", synonyms = "?", formula = "?", weight = "?";
  std::string standard = ".";  ///< `mon_nstd_flag`: "y" of standard residues
  std::string smiles;          ///< empty: unknown
};

/// A token: a standard residue, or one atom of anything else.
struct LayoutToken {
  std::int32_t residue = 0;
  std::array<std::int32_t, kTokenSlots> atoms{};  ///< by slot, index of the atom; -1: an empty slot
};

/// Everything in order: residues in that of their chains, atoms in that of their residues, tokens in that of both.
/// Indices count from 0.
struct AtomLayout {
  std::vector<LayoutChain> chains;
  std::vector<LayoutResidue> residues;
  std::vector<LayoutAtom> atoms;
  std::vector<LayoutBond> bonds;
  std::vector<LayoutComponent> components;  ///< by id
  std::vector<LayoutToken> tokens;

  const LayoutChain& chain_of(const LayoutToken& token) const;
  std::span<const LayoutResidue> residues_of(const LayoutChain& chain) const;
};

/// Chains of tokens, 0, 1, …: [N].
std::vector<std::int32_t> token_chains(const AtomLayout& layout);

/// Values by token and slot -> values by atom: [N, 24, width] -> [A, width]. Atoms in no slot get zeros.
std::vector<float> values_of_atoms(const AtomLayout& layout, std::span<const float> slots, std::size_t width);
/// Atoms in no slot, which a model gives nothing for.
std::vector<std::int32_t> atoms_without_slot(const AtomLayout& layout);

}  // namespace groel::folding
