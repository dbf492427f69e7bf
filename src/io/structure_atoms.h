// Reads and writes all heavy atoms of proteins, in the order of atom37.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace groel::io {

/// The names of a protein's heavy atoms in a fixed order: N, CA, C, CB, O and the others of side chains.
inline constexpr std::array<std::string_view, 37> kAtomNames{
    "N",   "CA",  "C",   "CB",  "O",   "CG", "CG1", "CG2", "OG",  "OG1", "SG", "CD",  "CD1",
    "CD2", "ND1", "ND2", "OD1", "OD2", "SD", "CE",  "CE1", "CE2", "CE3", "NE", "NE1", "NE2",
    "OE1", "OE2", "CH2", "NH1", "NH2", "OH", "CZ",  "CZ2", "CZ3", "NZ",  "OXT"};

/// Å; not a number where the file has no such atom.
struct AtomResidue {
  char letter = 'X';
  std::int64_t number = 0;
  float b_factor = 0;  ///< of CA
  std::array<std::array<float, 3>, 37> atoms{};
  std::optional<std::array<float, 37>> b_factors{};  ///< of each atom, for writing; none: `b_factor` for all
  char insertion = ' ';                              ///< after the number: 27A comes between 27 and 28

  /// "27A": the author's number with its insertion code.
  std::string label() const;
};

struct AtomChain {
  std::string name;
  std::vector<AtomResidue> residues;
};

struct AtomStructure {
  std::vector<AtomChain> chains;
  std::int64_t hetero = 0;  ///< residues marked HETATM that were left out: ligands, water, modified residues
  std::int64_t models = 1;  ///< of which the first is here
};

/// Chains of amino acids of the first model; of alternative locations the first. Residues that the file does not have
/// are not filled in. Errors: as read_structure.
AtomStructure read_atoms(const std::string& path);
/// The same from text; `label` names it in errors.
AtomStructure parse_atoms(const std::string& text, const std::string& label);

/// What chains and residues are called in a file.
enum class StructureNames {
  anew,  ///< chains A, B, …, with residues numbered from 1
  own    ///< as they are
};

/// A PDB file: X is UNK, B factors are as they are, atoms without coordinates are left out. Errors: bad_input, for more
/// than 62 chains, names of own of several characters, and numbers or coordinates that do not fit.
std::string pdb_text(const std::vector<AtomChain>& chains, StructureNames names = StructureNames::anew);
/// The same as mmCIF, of any size; `id` names the entry.
std::string mmcif_text(const std::vector<AtomChain>& chains, const std::string& id,
                       StructureNames names = StructureNames::anew);

/// "ALA" of 'A'; "UNK" of everything that is no amino acid's letter.
std::string_view three_letters(char letter);

}  // namespace groel::io
