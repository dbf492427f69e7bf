// Expected values over bins, then means over complex, chains and pairs of chains.
#include "structure_models/protenix/scores.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/threads.h"

namespace groel::structure_models {
namespace {

constexpr double kFarthestError = 32;  // Å

// Softmax weights of the bins of one row, into `to`.
void weights_of(const float* logits, std::span<double> to) {
  const float highest = *std::max_element(logits, logits + to.size());
  double sum = 0;
  for (std::size_t b = 0; b < to.size(); ++b) sum += to[b] = std::exp(static_cast<double>(logits[b] - highest));
  for (double& weight : to) weight /= sum;
}

double centre(std::size_t bin, std::size_t bins, double most) {
  return (static_cast<double>(bin) + 0.5) * most / static_cast<double>(bins);
}

// The length by which errors count in a complex of so many tokens.
double tm_length(std::int64_t tokens) {
  return 1.24 * std::cbrt(static_cast<double>(std::max<std::int64_t>(tokens, 19) - 15)) - 1.8;
}

// Chains in the order of their numbers: 0, 1, …
class Chains {
 public:
  explicit Chains(const ProtenixJudged& judged) {
    std::map<std::int32_t, std::size_t> places;
    for (const std::int32_t id : judged.chains) places[id] = 0;
    for (auto& [id, place] : places) place = count_++;
    sizes_.resize(count_);
    frames_.resize(count_);
    std::vector<std::int64_t> ligands(count_);
    std::vector<bool> ligand(judged.chains.size());
    for (std::size_t a = 0; a < judged.atom_token.size(); ++a)
      if (judged.ligand[a] != 0) ligand[static_cast<std::size_t>(judged.atom_token[a])] = true;
    for (std::size_t t = 0; t < judged.chains.size(); ++t) {
      of_.push_back(places.at(judged.chains[t]));
      ++sizes_[of_.back()];
      if (judged.has_frame[t] != 0) frames_[of_.back()] = true;
      if (ligand[t]) ++ligands[of_.back()];
    }
    for (std::size_t c = 0; c < count_; ++c)
      ligand_.push_back(judged.half == LigandHalf::exact ? 2 * ligands[c] >= sizes_[c] : ligands[c] >= sizes_[c] / 2);
  }
  std::size_t count() const { return count_; }
  std::size_t of(std::size_t token) const { return of_[token]; }
  std::int64_t size(std::size_t chain) const { return sizes_[chain]; }
  bool has_frame(std::size_t chain) const { return frames_[chain]; }
  bool is_ligand(std::size_t chain) const { return ligand_[chain]; }
  /// Tokens of a complex of these two.
  std::int64_t together(std::size_t a, std::size_t b) const { return a == b ? sizes_[a] : sizes_[a] + sizes_[b]; }

 private:
  std::size_t count_ = 0;
  std::vector<std::size_t> of_;
  std::vector<std::int64_t> sizes_;
  std::vector<bool> frames_, ligand_;
};

// Of each pair: how little its error is, in the whole complex and in that of its two chains, 0 to 1; [N, N].
struct Terms {
  std::vector<float> whole, chains;
};

Terms fill_errors(const ProtenixJudged& judged, const Chains& chains, ProtenixScores& to) {
  const std::size_t n = judged.chains.size(), k = chains.count();
  Terms out{std::vector<float>(n * n), std::vector<float>(n * n)};
  to.pae.resize(n * n), to.pde.resize(n * n);
  std::vector<double> lengths(k * k);
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t b = 0; b < k; ++b) lengths[a * k + b] = tm_length(chains.together(a, b));
  const double whole = tm_length(static_cast<std::int64_t>(n));
  nn::folding::for_grid_rows(static_cast<std::int64_t>(n), 512, [&](const nn::folding::GridRows& grid) {
    const Tensor errors = judged.errors(grid), distances = judged.distance_errors(grid);
    const auto bins = static_cast<std::size_t>(errors.size(1)), others = static_cast<std::size_t>(distances.size(1));
    parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
      std::vector<double> weights(bins), of_distance(others);
      const auto i = static_cast<std::size_t>(grid.begin + row);
      for (std::size_t j = 0; j < n; ++j) {
        const std::int64_t pair = row * static_cast<std::int64_t>(n) + static_cast<std::int64_t>(j);
        weights_of(errors.data<float>() + pair * errors.size(1), weights);
        weights_of(distances.data<float>() + pair * distances.size(1), of_distance);
        const double length = lengths[chains.of(i) * k + chains.of(j)];
        double pae = 0, pde = 0, all = 0, two = 0;
        for (std::size_t b = 0; b < others; ++b) pde += of_distance[b] * centre(b, others, kFarthestError);
        for (std::size_t b = 0; b < bins; ++b) {
          const double error = centre(b, bins, kFarthestError);
          pae += weights[b] * error;
          all += weights[b] / (1 + error * error / (whole * whole));
          two += weights[b] / (1 + error * error / (length * length));
        }
        to.pae[i * n + j] = static_cast<float>(pae), to.pde[i * n + j] = static_cast<float>(pde);
        out.whole[i * n + j] = static_cast<float>(all), out.chains[i * n + j] = static_cast<float>(two);
      }
    });
  });
  return out;
}

// The best row with a frame: its mean of `terms` over the columns that count, among tokens that count as rows.
template <class Row, class Column>
float best_mean(const ProtenixJudged& judged, const std::vector<float>& terms, const Row& row, const Column& column) {
  const std::size_t n = judged.chains.size();
  double best = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (judged.has_frame[i] == 0 || !row(i)) continue;
    double sum = 0, count = 0;
    for (std::size_t j = 0; j < n; ++j)
      if (column(i, j)) sum += terms[i * n + j], ++count;
    best = std::max(best, count > 0 ? sum / count : 0);
  }
  return static_cast<float>(best);
}

void fill_tm(const ProtenixJudged& judged, const Chains& chains, const Terms& terms, ProtenixScores& to) {
  const auto any = [](std::size_t) { return true; };
  to.ptm = best_mean(judged, terms.whole, any, [](std::size_t, std::size_t) { return true; });
  to.iptm =
      best_mean(judged, terms.whole, any, [&](std::size_t i, std::size_t j) { return chains.of(i) != chains.of(j); });
  const std::size_t k = chains.count();
  to.chain_pair_iptm.assign(k * k, 0);
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t b = a; b < k; ++b) {
      const float score = best_mean(
          judged, terms.chains, [&](std::size_t i) { return chains.of(i) == a || chains.of(i) == b; },
          [&](std::size_t i, std::size_t j) { return chains.of(j) == (chains.of(i) == a ? b : a); });
      if (a == b)
        to.chain_ptm.push_back(score);
      else
        to.chain_pair_iptm[a * k + b] = to.chain_pair_iptm[b * k + a] = score;
    }
}

// Of a chain the mean over its interfaces, in both directions as far as the first has a frame; of an interface that of
// its ligand, or the mean of both.
void fill_interfaces(const Chains& chains, ProtenixScores& to) {
  const std::size_t k = chains.count();
  for (std::size_t chain = 0; chain < k; ++chain) {
    double sum = 0, count = 0;
    for (std::size_t other = 0; other < k; ++other)
      for (const std::size_t first : {chain, other})
        if (other != chain && chains.has_frame(first)) sum += to.chain_pair_iptm[chain * k + other], ++count;
    to.chain_iptm.push_back(count > 0 ? static_cast<float>(sum / count) : 0);
  }
  to.chain_pair_iptm_global.assign(k * k, 0);
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t b = 0; b < k; ++b)
      if (a != b)
        to.chain_pair_iptm_global[a * k + b] = chains.is_ligand(a)   ? to.chain_iptm[a]
                                               : chains.is_ligand(b) ? to.chain_iptm[b]
                                                                     : 0.5F * (to.chain_iptm[a] + to.chain_iptm[b]);
}

void fill_distances(const ProtenixJudged& judged, const Chains& chains, ProtenixScores& to) {
  constexpr double kLeast = 1e-8;
  const std::size_t n = judged.chains.size(), k = chains.count();
  std::vector<double> sums(k * k), likely(k * k);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::size_t at = chains.of(i) * k + chains.of(j);
      sums[at] += double{to.pde[i * n + j]} * judged.contacts[i * n + j];
      likely[at] += judged.contacts[i * n + j];
    }
  double sum = 0, all = 0;
  to.chain_pair_gpde.assign(k * k, 0);
  for (std::size_t a = 0; a < k; ++a)
    for (std::size_t b = 0; b < k; ++b) {
      const std::size_t at = std::min(a, b) * k + std::max(a, b);
      const auto mean = static_cast<float>(sums[at] / (likely[at] + kLeast));
      sum += sums[a * k + b], all += likely[a * k + b];
      a == b ? to.chain_gpde.push_back(mean) : void(to.chain_pair_gpde[a * k + b] = mean);
    }
  to.gpde = static_cast<float>(sum / all);
}

void fill_lddt(const ProtenixJudged& judged, const Chains& chains, ProtenixScores& to) {
  const std::size_t atoms = judged.atom_token.size(), bins = atoms == 0 ? 0 : judged.lddt_logits.size() / atoms,
                    k = chains.count();
  std::vector<double> weights(bins), sums(k), counts(k);
  double sum = 0;
  for (std::size_t a = 0; a < atoms; ++a) {
    weights_of(judged.lddt_logits.data() + a * bins, weights);
    double lddt = 0;
    for (std::size_t b = 0; b < bins; ++b) lddt += weights[b] * centre(b, bins, 1);
    to.atom_plddt.push_back(static_cast<float>(lddt));
    const std::size_t chain = chains.of(static_cast<std::size_t>(judged.atom_token[a]));
    sums[chain] += lddt, ++counts[chain], sum += lddt;
  }
  to.plddt = static_cast<float>(100 * sum / static_cast<double>(atoms));
  to.chain_pair_plddt.assign(k * k, 0);
  for (std::size_t a = 0; a < k; ++a) {
    to.chain_plddt.push_back(static_cast<float>(sums[a] / counts[a]));
    for (std::size_t b = 0; b < k; ++b)
      if (a != b) to.chain_pair_plddt[a * k + b] = static_cast<float>((sums[a] + sums[b]) / (counts[a] + counts[b]));
  }
}

}  // namespace

ProtenixScores protenix_scores(const ProtenixJudged& judged) {
  const Chains chains(judged);
  ProtenixScores out;
  const Terms terms = fill_errors(judged, chains, out);
  fill_tm(judged, chains, terms, out);
  fill_interfaces(chains, out);
  fill_distances(judged, chains, out);
  fill_lddt(judged, chains, out);
  return out;
}

std::vector<float> summed_bins(std::span<const float> logits, std::int64_t bins,
                               const std::function<bool(std::int64_t)>& counts) {
  const auto each = static_cast<std::size_t>(bins);
  std::vector<double> weights(each);
  std::vector<float> out;
  for (std::size_t p = 0; p < logits.size() / each; ++p) {
    weights_of(logits.data() + p * each, weights);
    double sum = 0;
    for (std::size_t b = 0; b < each && counts(static_cast<std::int64_t>(b)); ++b) sum += weights[b];
    out.push_back(static_cast<float>(sum));
  }
  return out;
}

std::vector<float> protenix_contacts(std::span<const float> logits, std::int64_t bins) {
  constexpr double kNearest = 2.3125, kFarthest = 21.6875, kContact = 8;
  return summed_bins(logits, bins, [&](std::int64_t bin) {
    return kNearest + centre(static_cast<std::size_t>(bin), static_cast<std::size_t>(bins), kFarthest - kNearest) <
           kContact;
  });
}

}  // namespace groel::structure_models
