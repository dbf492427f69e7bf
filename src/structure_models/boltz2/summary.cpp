// Boltz-2's scores as a summary that is written.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "folding/clash.h"
#include "folding/disorder.h"
#include "structure_models/boltz2/scores.h"

namespace groel::structure_models {

folding::ConfidenceSummary boltz2_summary(const Boltz2Scores& scores, const folding::AtomLayout& layout,
                                          std::span<const float> positions) {
  constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
  const std::size_t count = layout.chains.size(), n = layout.tokens.size();
  GROEL_REQUIRE(scores.pair_chains_iptm.size() == count * count && scores.has_frame.size() == n);
  folding::ConfidenceSummary out;
  out.ptm = scores.ptm;
  out.iptm = count > 1 ? double{scores.iptm} : kUndefined;
  out.chain_pair_iptm.assign(scores.pair_chains_iptm.begin(), scores.pair_chains_iptm.end());
  for (std::size_t c = 0; c < count; ++c) out.chain_ptm.push_back(out.chain_pair_iptm[c * count + c]);
  out.chain_iptm = folding::means_with_others(out.chain_pair_iptm, count);
  const std::vector<std::int32_t> chains = folding::token_chains(layout);
  out.chain_pair_pae_min.assign(count * count, kUndefined);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n && scores.has_frame[i] != 0; ++j) {
      double& cell =
          out.chain_pair_pae_min[static_cast<std::size_t>(chains[i]) * count + static_cast<std::size_t>(chains[j])];
      cell = std::isnan(cell) ? double{scores.pae[i * n + j]} : std::min(cell, double{scores.pae[i * n + j]});
    }
  out.fraction_disordered = folding::fraction_disordered(layout, positions);
  out.has_clash = folding::chains_overlap(layout, positions);
  out.ranking_score = scores.confidence();
  using Of = folding::SummaryEntry::Of;
  out.more = {{"confidence_score", Of::whole, {double{scores.confidence()}}},
              {"complex_plddt", Of::whole, {double{scores.complex_plddt}}},
              {"complex_iplddt", Of::whole, {double{scores.complex_iplddt}}},
              {"complex_pde", Of::whole, {double{scores.complex_pde}}},
              {"complex_ipde", Of::whole, {double{scores.complex_ipde}}},
              {"ligand_iptm", Of::whole, {double{scores.ligand_iptm}}},
              {"protein_iptm", Of::whole, {double{scores.protein_iptm}}}};
  return out;
}

}  // namespace groel::structure_models
