// What Protenix makes of its confidence logits: pLDDT, errors of pairs, and scores of complex, chains and interfaces.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "folding/confidence_summary.h"
#include "nn/folding/pairs.h"

namespace groel::structure_models {

/// Which chains count as ligands in scores of interfaces: those of which half the tokens are a ligand's. Rounded down,
/// a polymer of one residue is one, too.
enum class LigandHalf { rounded_down, exact };

/// N tokens in K chains, A atoms.
struct ProtenixJudged {
  std::span<const std::int32_t> chains;      ///< [N]: asym_id; K different numbers, whose order is that of the scores
  std::span<const std::uint8_t> has_frame;   ///< [N]
  std::span<const std::int32_t> atom_token;  ///< [A]
  std::span<const std::uint8_t> ligand;      ///< [A]: atoms of no polymer
  std::span<const float> contacts;           ///< [N, N]: probabilities
  std::span<const float> lddt_logits;        ///< [A, bins]
  /// Logits of some rows of the grid of pairs, [rows * N, bins].
  std::function<Tensor(const nn::folding::GridRows&)> errors, distance_errors;
  LigandHalf half = LigandHalf::rounded_down;
};

/// Scores of pairs of chains are [K, K]; 0 where a chain meets itself, and where no token has a frame.
struct ProtenixScores {
  std::vector<float> atom_plddt;      ///< [A], 0 to 1
  std::vector<float> pae, pde;        ///< [N, N], Å
  float plddt = 0;                    ///< 0 to 100
  float gpde = 0, ptm = 0, iptm = 0;  ///< gpde in Å, of pairs by how likely they are in contact
  std::vector<float> chain_plddt, chain_gpde, chain_ptm, chain_iptm;
  std::vector<float> chain_pair_plddt, chain_pair_gpde, chain_pair_iptm, chain_pair_iptm_global;

  /// Without what clashes take off.
  float ranking() const { return 0.8F * iptm + 0.2F * ptm; }
};
ProtenixScores protenix_scores(const ProtenixJudged& judged);

/// The same under AlphaFold 3's names, as far as they mean the same, with Protenix's own beside them. Clashes are
/// counted as Protenix does, and what is disordered counts for nothing in the ranking score. positions: [A, 3] Å, of
/// the layout.
folding::ConfidenceSummary protenix_summary(const ProtenixScores& scores, std::span<const std::uint8_t> has_frame,
                                            const folding::AtomLayout& layout, std::span<const float> positions);

/// Softmax weights of the first bins, as long as they count: logits [P, bins] -> [P].
std::vector<float> summed_bins(std::span<const float> logits, std::int64_t bins,
                               const std::function<bool(std::int64_t)>& counts);

/// How likely tokens are within 8 Å: logits [P, bins] of distances from 2.3125 to 21.6875 Å -> [P], the bins whose
/// middle is nearer.
std::vector<float> protenix_contacts(std::span<const float> logits, std::int64_t bins = 64);

}  // namespace groel::structure_models
