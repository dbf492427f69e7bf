// Sequences as networks that fold them read them, several chains joined by glycines as ESMFold has them, and structures
// as files of what comes of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/structure_atoms.h"
#include "structure_models/sequence_structure.h"

namespace groel::structure_models {

/// How chains become one sequence: residues of glycine between two of them, and a jump in the numbers of residues.
struct ChainJoin {
  std::int64_t linker = 25;
  std::int64_t offset = 512;
};

struct EsmfoldSequence {
  EsmfoldInput input;               ///< linkers too
  std::vector<std::int32_t> chain;  ///< [N]: of each residue, from 0; -1: of a linker
  std::string letters;              ///< [N]: those of the twenty, and X
  std::int64_t chains = 1;
  std::int64_t unknown = 0;       ///< letters that are none of the twenty, read as X
  std::int64_t lower_case = 0;    ///< read as upper case
  std::int64_t residues() const;  ///< of chains
};

/// Chains are separated by ':'. A '*' at the end of a chain is dropped. Errors: bad_input naming what is no letter and
/// where it is, a chain without residues, or one whose numbers are beyond 32 bits.
EsmfoldSequence esmfold_sequence(std::string_view text, const ChainJoin& join = {});

/// Chains A, B, … without linkers, B factors pLDDT from 0 to 100, of each atom its own.
std::vector<io::AtomChain> chains_of(const EsmfoldSequence& sequence, const SequenceStructure& structure);

/// Mean over all atoms of chains, 0 to 100 (fair-esm's mean_plddt).
double mean_plddt(const EsmfoldSequence& sequence, const SequenceStructure& structure);

/// The first line of a PDB file that a network of that title ("ESMFold v1") predicted.
std::string pdb_title(std::string_view title);
/// Files that say what they are. Errors: as io::pdb_text.
std::string sequence_pdb(const EsmfoldSequence& sequence, const SequenceStructure& structure, std::string_view title);
/// `id`: of the entry.
std::string sequence_mmcif(const EsmfoldSequence& sequence, const SequenceStructure& structure, std::string_view title,
                           const std::string& id);

/// The rows (and columns) of residues that are in chains, of x [N, …] or, in pairs, [N, N].
std::vector<float> without_linkers(const EsmfoldSequence& sequence, const Tensor& x);
std::vector<float> pairs_without_linkers(const EsmfoldSequence& sequence, const Tensor& x);

}  // namespace groel::structure_models
