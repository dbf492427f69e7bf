// Frames of single atoms, and scores as a summary that is written.
#include "structure_models/openfold3/scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

namespace groel::structure_models {
namespace {

// Residue types whose atoms are known.
bool is_known(std::int32_t letter) {
  constexpr std::int32_t kUnknownResidue = 20, kUnknownRna = 25, kUnknownDna = 30;
  return letter >= 0 && letter < kUnknownDna && letter != kUnknownResidue && letter != kUnknownRna;
}

class SamplePlaces {
 public:
  explicit SamplePlaces(std::span<const float> positions) : positions_(positions) {}
  float square(std::size_t a, std::size_t b) const {
    float sum = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const float apart = positions_[3 * a + c] - positions_[3 * b + c];
      sum += apart * apart;
    }
    return sum;
  }
  // Of a - at and b - at.
  float cosine(std::size_t a, std::size_t at, std::size_t b) const {
    constexpr float kLeast = 1e-8F;
    float product = 0;
    for (std::size_t c = 0; c < 3; ++c)
      product += (positions_[3 * a + c] - positions_[3 * at + c]) * (positions_[3 * b + c] - positions_[3 * at + c]);
    return product / (std::sqrt(kLeast + square(a, at)) * std::sqrt(kLeast + square(b, at)));
  }

 private:
  std::span<const float> positions_;
};

// Whether an atom and its two nearest of its chain lie on no line. `chain`: atoms of its chain.
bool has_neighbours(const SamplePlaces& places, std::size_t atom, const std::vector<std::size_t>& chain) {
  const float most = std::cos(25 * std::numbers::pi_v<float> / 180);
  std::array<std::pair<float, std::size_t>, 2> nearest;
  nearest.fill({std::numeric_limits<float>::infinity(), 0});
  for (const std::size_t other : chain) {
    if (other == atom) continue;
    const std::pair one{places.square(atom, other), other};
    if (one < nearest[1]) nearest[1] = one;
    if (nearest[1] < nearest[0]) std::swap(nearest[0], nearest[1]);
  }
  if (!std::isfinite(nearest[1].first)) return false;
  return std::abs(places.cosine(nearest[0].second, atom, nearest[1].second)) < most;
}

std::vector<double> doubles(std::span<const float> values) { return {values.begin(), values.end()}; }

}  // namespace

std::vector<std::uint8_t> openfold3_frames(const Openfold3Input& input, std::span<const float> positions) {
  std::map<std::int32_t, std::vector<std::size_t>> chains;
  for (std::size_t a = 0; a < input.atom_token.size(); ++a)
    chains[input.asym_id[static_cast<std::size_t>(input.atom_token[a])]].push_back(a);
  const SamplePlaces places(positions);
  std::vector<std::uint8_t> out;
  for (std::size_t t = 0; t < input.atomized.size(); ++t)
    out.push_back(input.atomized[t] == 0 && is_known(input.restype[t]) ? 1 : 0);
  for (std::size_t a = 0; a < input.atom_token.size(); ++a) {
    const auto token = static_cast<std::size_t>(input.atom_token[a]);
    if (input.atomized[token] != 0) out[token] = has_neighbours(places, a, chains.at(input.asym_id[token])) ? 1 : 0;
  }
  return out;
}

folding::ConfidenceSummary openfold3_summary(const ProtenixScores& scores, std::span<const std::uint8_t> has_frame,
                                             const folding::AtomLayout& layout, std::span<const float> positions) {
  folding::ConfidenceSummary out = protenix_summary(scores, has_frame, layout, positions);
  out.ranking_score += 0.5 * out.fraction_disordered;
  using Of = folding::SummaryEntry::Of;
  out.more = {{"plddt", Of::whole, {double{scores.plddt}}},
              {"gpde", Of::whole, {double{scores.gpde}}},
              {"chain_pair_iptm_global", Of::pairs, doubles(scores.chain_pair_iptm_global)}};
  return out;
}

}  // namespace groel::structure_models
