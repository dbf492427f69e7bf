// Protenix's scores as a summary that is written.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "folding/clash.h"
#include "folding/disorder.h"
#include "structure_models/protenix/scores.h"

namespace groel::structure_models {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<double> doubles(std::span<const float> values) { return {values.begin(), values.end()}; }

// The least error of each pair of chains over rows with a frame: [K, K].
std::vector<double> least_errors(const ProtenixScores& scores, std::span<const std::uint8_t> has_frame,
                                 const std::vector<std::int32_t>& chains, std::size_t count) {
  std::vector<double> out(count * count, kNone);
  const std::size_t n = chains.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n && has_frame[i] != 0; ++j) {
      double& cell = out[static_cast<std::size_t>(chains[i]) * count + static_cast<std::size_t>(chains[j])];
      cell = std::isnan(cell) ? double{scores.pae[i * n + j]} : std::min(cell, double{scores.pae[i * n + j]});
    }
  return out;
}

}  // namespace

folding::ConfidenceSummary protenix_summary(const ProtenixScores& scores, std::span<const std::uint8_t> has_frame,
                                            const folding::AtomLayout& layout, std::span<const float> positions) {
  const std::size_t count = layout.chains.size();
  GROEL_REQUIRE(scores.chain_ptm.size() == count && has_frame.size() == layout.tokens.size());
  folding::ConfidenceSummary out;
  out.ptm = scores.ptm;
  out.iptm = count > 1 ? double{scores.iptm} : kNone;
  out.chain_ptm = doubles(scores.chain_ptm);
  out.chain_iptm = count > 1 ? doubles(scores.chain_iptm) : std::vector<double>(count, kNone);
  out.chain_pair_iptm = doubles(scores.chain_pair_iptm);
  for (std::size_t c = 0; c < count; ++c) out.chain_pair_iptm[c * count + c] = out.chain_ptm[c];
  out.chain_pair_pae_min = least_errors(scores, has_frame, folding::token_chains(layout), count);
  out.fraction_disordered = folding::fraction_disordered(layout, positions);
  out.has_clash = folding::chains_overlap(layout, positions);
  out.ranking_score = double{scores.ranking()} - (out.has_clash ? 100.0 : 0.0);
  using Of = folding::SummaryEntry::Of;
  out.more = {{"plddt", Of::whole, {double{scores.plddt}}},
              {"gpde", Of::whole, {double{scores.gpde}}},
              {"chain_plddt", Of::chains, doubles(scores.chain_plddt)},
              {"chain_gpde", Of::chains, doubles(scores.chain_gpde)},
              {"chain_pair_plddt", Of::pairs, doubles(scores.chain_pair_plddt)},
              {"chain_pair_gpde", Of::pairs, doubles(scores.chain_pair_gpde)},
              {"chain_pair_iptm_global", Of::pairs, doubles(scores.chain_pair_iptm_global)}};
  return out;
}

}  // namespace groel::structure_models
