// Prepares PDB text for gemmi: the records that matter, of the first model, in the columns of the format.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace groel::io {

struct PdbText {
  std::string text;                               ///< SEQRES, ATOM, HETATM and TER of the first model
  std::string title;                              ///< of TITLE
  std::int64_t models = 1;                        ///< also those that END alone parts
  std::map<std::string, std::string> parents;     ///< of MODRES: modified residue -> what it was made from
  std::map<std::string, std::string> long_names;  ///< pdb_place -> "NALA", which is written ALA in the text
};

/// Errors: bad_input naming the line, for an atom without numbers in the columns of its coordinates.
PdbText prepare_pdb(const std::string& text, const std::string& label);

/// What a residue of long_names is found by: columns 21 to 27, chain, number and insertion code.
std::string pdb_place(const std::string& chain, std::int64_t number, char insertion);

}  // namespace groel::io
