// Everything in a structure file, residue by residue: polymers, ligands and water, with all atoms of one conformer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "io/structure_raw.h"

namespace groel::io {

struct WholeResidue {
  enum class Kind { amino, nucleic, ligand, water };  ///< ligand: anything else, ions and sugars, too

  std::string name;  ///< as the file has it: "ALA", "DG", "ATP"
  Kind kind = Kind::ligand;
  bool polymer = false;  ///< part of a chain; its kind is amino or nucleic
  char letter = 'X';     ///< of a nucleotide A, C, G, U, T or N
  std::int64_t number = 0;
  std::string label;           ///< the author's number with its insertion code; empty where nothing was seen
  bool seen = true;            ///< false: of the stated sequence alone, without coordinates
  bool begins = true;          ///< of a polymer: not bonded to the residue before
  std::vector<RawAtom> atoms;  ///< of one conformer: that of the highest occupancy

  const RawAtom* atom(std::string_view atom_name) const;
};

struct WholeChain {
  std::string name;                    ///< the author's
  std::vector<WholeResidue> residues;  ///< of polymers in the order of the chain, then ligands, then water
};

struct WholeStructure {
  std::string title;        ///< as the file has it; may be empty
  std::string plddt_mark;   ///< what in the file says that B factors are pLDDT; empty: nothing does
  std::int64_t models = 1;  ///< of which the first is here
  std::vector<WholeChain> chains;
  std::vector<std::string> notes;  ///< what was left out, a sentence each
};

/// mmCIF or PDB, plain or compressed. Errors: as read_structure; bad_input where no atom has coordinates.
WholeStructure read_whole(const std::string& path);
/// The same from text; `label` names it in errors.
WholeStructure parse_whole(const std::string& text, const std::string& label);

/// What says so in the records before the first atom of a PDB file: a title or remark of AlphaFold DB, of ESMFold, or
/// one that names pLDDT; ESMFold's and OpenFold's record PARENT. Not in a file that names an experiment.
std::string pdb_plddt_mark(std::string_view text);

}  // namespace groel::io
