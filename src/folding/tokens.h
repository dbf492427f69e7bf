// The tokens of a job, in the order of AlphaFold 3's network: one for each standard residue, one for each atom of the
// rest.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "folding/components.h"
#include "folding/job.h"
#include "folding/molecule.h"

namespace groel::folding {

inline constexpr std::size_t kSlots = 24;  ///< places for atoms in a token

/// Which atoms a network sees and how they are put into tokens. openfold3: without OXT and OP3 also at ends, sugars
/// keep O1 unless it is gone to a bond, and selenomethionine is atom by atom. boltz2: without OXT and OP3 likewise,
/// ligands keep all of their atoms, selenomethionine is methionine, and a modified residue is one token, without what
/// leaves it when it is linked.
enum class TokenRules { alphafold3, openfold3, boltz2 };

/// An atom that a token has a place for; both empty where it has none there.
struct SlotAtom {
  std::string name, element;
};

struct Residue {
  std::size_t chain = 0;          ///< in TokenLayout::chains
  int number = 0;                 ///< from 1
  std::string component;          ///< code; LIG_<chain> for a ligand given as SMILES
  bool standard = false;          ///< one token for all of it
  bool modified = false;          ///< and yet no standard residue (TokenRules::boltz2)
  std::vector<SlotAtom> atoms{};  ///< that the network predicts, in the component's order
};

struct Token {
  std::size_t residue = 0;  ///< in TokenLayout::residues
  std::size_t column = 0;   ///< of alignments and templates, which know nothing of tokens for single atoms
  std::size_t center = 0;   ///< slot of the atom that the token is of: CA, C1', or its only one
  std::array<SlotAtom, kSlots> slots{};
};

struct TokenLayout {
  std::vector<JobChain> chains;  ///< in order; none that the network does not see
  std::vector<Residue> residues;
  std::vector<Token> tokens;
  std::vector<Bond> to_polymers;  ///< between a polymer and a ligand, as far as both atoms exist
  std::vector<Bond> of_ligands;   ///< between residues of ligands
  std::vector<std::string> notes{};
  TokenRules rules = TokenRules::alphafold3;

  const JobChain& chain_of(const Token& token) const { return chains[residues[token.residue].chain]; }
  /// Tokens of a chain, as [first, last).
  std::pair<std::size_t, std::size_t> range(std::size_t chain) const;
  std::size_t atom_count() const;
};

struct TokenOptions {
  bool keep_standalone_glycans = false;  ///< sugars without a bond keep O1 (AlphaFold 3's fix_standalone_glycans)
  TokenRules rules = TokenRules::alphafold3;
};

/// Errors: bad_input for a component that is not known or a bond to an atom that it does not have, naming the chain;
/// unsupported for SMILES where the program was built without RDKit, and for a modified residue that is one token and
/// has more than 24 atoms.
TokenLayout lay_out(const Job& job, const ComponentTable& components, const TokenOptions& options = {});

}  // namespace groel::folding
