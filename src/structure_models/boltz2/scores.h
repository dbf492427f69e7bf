// What Boltz-2 makes of its confidence logits: pLDDT of tokens, errors of pairs, and scores of the complex and of pairs
// of chains.
#pragma once

#include <functional>

#include "folding/confidence_summary.h"
#include "structure_models/boltz2/input.h"

namespace groel::structure_models {

/// N tokens, A atoms of one sample.
struct Boltz2Judged {
  const Boltz2Input& input;
  std::span<const float> positions;    ///< [A, 3], Å
  std::span<const float> contacts;     ///< [N, N]: probabilities
  std::span<const float> lddt_logits;  ///< [N, bins]
  /// Logits of some rows of the grid of pairs, [rows * N, bins].
  std::function<Tensor(const nn::folding::GridRows&)> errors, distance_errors;
};

struct Boltz2Scores {
  std::vector<std::uint8_t> has_frame;  ///< [N]: in this sample
  std::vector<float> plddt;             ///< [N], 0 to 1
  std::vector<float> pae, pde;          ///< [N, N], Å
  /// Means over tokens; with interfaces counting ten times and ligands twenty times as much; over pairs by how likely
  /// they touch, Å; over pairs of two chains.
  float complex_plddt = 0, complex_iplddt = 0, complex_pde = 0, complex_ipde = 0;
  float ptm = 0, iptm = 0, ligand_iptm = 0, protein_iptm = 0;
  std::vector<float> pair_chains_iptm;  ///< [K, K]: of the frames of the second chain, as Boltz writes it

  /// Boltz's confidence score: 0.8 of pLDDT, and 0.2 of ipTM, or of pTM where that is 0.
  float confidence() const;
};
Boltz2Scores boltz2_scores(const Boltz2Judged& judged);

/// Tokens with a frame in a sample: three atoms that lie neither in one place nor in a line (25 degrees at least). Of
/// ligands of three atoms or more these are each atom and its two nearest.
std::vector<std::uint8_t> boltz2_frames(const Boltz2Input& input, std::span<const float> positions);

/// How likely tokens are near each other: logits [P, 64] of distances up to 22 Å -> [P], the first 20 bins.
std::vector<float> boltz2_contacts(std::span<const float> logits, std::int64_t bins);

/// The scores under AlphaFold 3's names, as far as they mean the same, with Boltz's own beside them; samples are ranked
/// by Boltz's confidence score. positions: [A, 3] Å, of the layout.
folding::ConfidenceSummary boltz2_summary(const Boltz2Scores& scores, const folding::AtomLayout& layout,
                                          std::span<const float> positions);

}  // namespace groel::structure_models
