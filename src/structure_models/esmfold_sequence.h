// Sequences as ESMFold reads them, several chains joined by glycines, and structures as files of what comes of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/structure_atoms.h"
#include "structure_models/esmfold.h"

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
/// where it is, or a chain without residues.
EsmfoldSequence esmfold_sequence(std::string_view text, const ChainJoin& join = {});

/// Chains A, B, … without linkers, B factors pLDDT from 0 to 100, of each atom its own.
std::vector<io::AtomChain> chains_of(const EsmfoldSequence& sequence, const EsmfoldOutput& output);

/// Mean over all atoms of chains, 0 to 100 (fair-esm's mean_plddt).
double mean_plddt(const EsmfoldSequence& sequence, const EsmfoldOutput& output);

/// The first line of a PDB file.
inline constexpr std::string_view kEsmfoldTitle = "TITLE     ESMFOLD V1 PREDICTION";
/// Files that say what they are. Errors: as io::pdb_text.
std::string esmfold_pdb(const EsmfoldSequence& sequence, const EsmfoldOutput& output);
std::string esmfold_mmcif(const EsmfoldSequence& sequence, const EsmfoldOutput& output, const std::string& id);

/// The rows (and columns) of residues that are in chains, of x [N, …] or, in pairs, [N, N].
std::vector<float> without_linkers(const EsmfoldSequence& sequence, const Tensor& x);
std::vector<float> pairs_without_linkers(const EsmfoldSequence& sequence, const Tensor& x);

}  // namespace groel::structure_models
