// The chemical components that a job is made of: the program's own, those of a dictionary, those of the job.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "folding/job.h"
#include "io/component_file.h"

namespace groel::folding {

using Component = io::ComponentBlock;

class ComponentTable {
 public:
  /// The 65 that come with the program (components.cif).
  static ComponentTable own();

  /// Adds those of mmCIF text, which replace others of their name. -> how many. Errors: bad_input naming `label`.
  std::size_t add(const std::string& text, const std::string& label);
  /// Adds those of a file that have these codes: the wwPDB's components.cif, plain or compressed, of which nothing else
  /// is parsed. -> how many. Errors: not_found, io, bad_input.
  std::size_t add_file(const std::string& path, const std::set<std::string>& codes);

  const Component* find(const std::string& code) const;
  /// Its letter, of its parent where it is modified; `otherwise` for components that have none, or several.
  char letter(const std::string& code, char otherwise) const;

 private:
  std::map<std::string, Component> components_;
};

/// Codes of the components that a chain is made of, one per residue; empty for a ligand given as SMILES.
std::vector<std::string> residue_codes(const ChainContent& chain);
/// All codes of a job, without those that it brings along itself.
std::set<std::string> codes_of(const Job& job);
/// The sequence with a letter for each residue, modified ones by their parents: what alignments begin with.
std::string query_sequence(const ChainContent& chain, const ComponentTable& components);

/// One of the 20 amino acids or UNK; of nucleotides A C G U N, DA DC DG DT DN.
bool is_standard_amino_acid(std::string_view code) noexcept;
bool is_standard_nucleotide(std::string_view code) noexcept;
/// A sugar by its type, as AlphaFold 3 tells them.
bool is_glycan(const Component& component);

/// The number of an element in the periodic table, by its symbol in any case; 0 for none.
int atomic_number(std::string_view symbol) noexcept;

}  // namespace groel::folding
