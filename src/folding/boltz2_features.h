// What Boltz-2's network is given beside AlphaFold 3's arrays, by Boltz's own rules: alignments that are paired as it
// pairs them, residue types, bonds with their types, frames.
#pragma once

#include <cstdint>
#include <vector>

#include "folding/alignment_features.h"
#include "folding/feature_writer.h"

namespace groel::folding {

/// Residue types: none, gap, 20 amino acids, unknown, A G C U and an unknown ribonucleotide, DA DG DC DT and an
/// unknown one.
struct Boltz2Letters {
  static constexpr std::int32_t gap = 1, first_amino_acid = 2, unknown = 22, first_rna = 23, unknown_rna = 27,
                                first_dna = 28, unknown_dna = 32;
};

/// [rows, tokens]. How much is deleted is no part of it: Boltz's program loses it on the way (it slices the chain's
/// deletions by those of the row before), and its network has never seen any.
struct Boltz2Rows {
  std::size_t rows = 0;
  std::vector<std::int8_t> letters, paired;
};

/// Rows of proteins whose alignments are paired where there are several of them: by species, those that most chains
/// have first; a chain without a row of a species gets its next one, paired or not. Then what is left, side by side. An
/// alignment of a chain has no row twice, and 8192 at most. Errors: as read_alignment, naming the chain.
Boltz2Rows boltz2_rows(const TokenLayout& layout, const ComponentTable& components, std::size_t most_rows);

/// boltz2:restype, molecule (protein, DNA, RNA, ligand), modified, representative [tokens]; frame_slots [tokens, 3];
/// bonds [bonds, 3] of two tokens and a type (1 other, single, double, triple, aromatic, 6 between residues); msa,
/// paired [num_alignments, tokens].
/// `notes` (may be null): what of the job is left out.
void add_boltz2_features(const TokenLayout& layout, const ComponentTable& components, const PairingOptions& options,
                         FeatureWriter& to, std::vector<std::string>* notes);

}  // namespace groel::folding
