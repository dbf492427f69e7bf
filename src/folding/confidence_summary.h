// The summary of a prediction's confidence: pTM, ipTM, their values by chain and pair of chains, and the ranking score.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "folding/layout.h"

namespace groel::folding {

/// What a model says of one sample, by token. N tokens, C chains.
struct TokenConfidence {
  std::span<const std::int32_t> chains;  ///< [N], 0 … C - 1 (token_chains)
  std::span<const std::uint8_t> frames;  ///< [N]: 1 for tokens with a frame of their own. All of polymers have one;
                                         ///< of ligands those with three neighbours that lie on no line
  std::span<const float> pae;            ///< [N, N], Å
  std::span<const float> tm_global;      ///< [N, N], as AlignedErrors
  std::span<const float> tm_interface;   ///< [N, N]
};

/// A score under a name that AlphaFold 3 does not have.
struct SummaryEntry {
  enum class Of { whole, chains, pairs };
  std::string key;
  Of of = Of::whole;
  std::vector<double> values;  ///< one, [C], or [C, C]
};

/// NaN where a value is not defined: ipTM of one chain, pTM of a chain without frames.
struct ConfidenceSummary {
  double ptm = 0, iptm = 0;
  std::vector<double> chain_ptm, chain_iptm;                ///< [C]
  std::vector<double> chain_pair_iptm, chain_pair_pae_min;  ///< [C, C]; the diagonal of the first is chain_ptm
  double fraction_disordered = 0;
  bool has_clash = false;
  double ranking_score = 0;
  std::vector<SummaryEntry> more{};  ///< what another network than AlphaFold 3 says beside these
};

/// All of it, as AlphaFold 3 computes it (model/confidences.py). `positions`: [A, 3], Å, finite numbers.
ConfidenceSummary summarise(const AtomLayout& layout, std::span<const float> positions, const TokenConfidence& tokens);

/// The part that comes of the tokens' arrays alone.
void add_token_scores(const TokenConfidence& tokens, std::size_t chains, ConfidenceSummary& to);

/// Mean over a chain's pairs with the others, NaN left out: [C, C] -> [C].
std::vector<double> means_with_others(std::span<const double> pairs, std::size_t chains);

/// 0.8 ipTM + 0.2 pTM, or pTM where there is no ipTM; half of the disordered part on top, 100 off for a clash.
double ranking_score(const ConfidenceSummary& summary);

}  // namespace groel::folding
