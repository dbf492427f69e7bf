// Scores of tokens, chains and pairs of chains from PAE and TM terms.
#include "folding/confidence_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "folding/clash.h"
#include "folding/disorder.h"

namespace groel::folding {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr double kTiny = 1e-8;  // AlphaFold 3 divides by the count plus this

double or_larger(double a, double b) { return std::isnan(a) ? b : std::max(a, b); }
double or_smaller(double a, double b) { return std::isnan(a) ? b : std::min(a, b); }

// Of one row of an array of tokens: the sum over the tokens of each chain.
std::vector<double> sums_by_chain(std::span<const float> row, std::span<const std::int32_t> chains, std::size_t count) {
  std::vector<double> out(count);
  for (std::size_t j = 0; j < row.size(); ++j) out[static_cast<std::size_t>(chains[j])] += row[j];
  return out;
}

// pTM and ipTM of the whole: the best row.
void add_whole(const TokenConfidence& tokens, const std::vector<double>& sizes, ConfidenceSummary& to) {
  const std::size_t n = tokens.chains.size();
  to.ptm = to.iptm = kUndefined;
  for (std::size_t i = 0; i < n; ++i) {
    if (tokens.frames[i] == 0) continue;
    const auto own = static_cast<std::size_t>(tokens.chains[i]);
    const auto sums = sums_by_chain(tokens.tm_global.subspan(i * n, n), tokens.chains, sizes.size());
    double all = 0;
    for (const double sum : sums) all += sum;
    to.ptm = or_larger(to.ptm, all / (kTiny + static_cast<double>(n)));
    const double others = static_cast<double>(n) - sizes[own];
    if (others > 0) to.iptm = or_larger(to.iptm, (all - sums[own]) / (kTiny + others));
  }
}

// A pair's ipTM is the best row of either chain.
void add_pairs(const TokenConfidence& tokens, const std::vector<double>& sizes, ConfidenceSummary& to) {
  const std::size_t n = tokens.chains.size(), count = sizes.size();
  to.chain_pair_iptm.assign(count * count, kUndefined);
  to.chain_pair_pae_min.assign(count * count, kUndefined);
  for (std::size_t i = 0; i < n; ++i) {
    if (tokens.frames[i] == 0) continue;
    const auto own = static_cast<std::size_t>(tokens.chains[i]);
    const auto sums = sums_by_chain(tokens.tm_interface.subspan(i * n, n), tokens.chains, count);
    for (std::size_t other = 0; other < count; ++other) {
      const double score = sums[other] / (kTiny + sizes[other]);
      for (double* cell : {&to.chain_pair_iptm[own * count + other], &to.chain_pair_iptm[other * count + own]})
        *cell = or_larger(*cell, score);
    }
    for (std::size_t j = 0; j < n; ++j) {
      double& cell = to.chain_pair_pae_min[own * count + static_cast<std::size_t>(tokens.chains[j])];
      cell = or_smaller(cell, tokens.pae[i * n + j]);
    }
  }
}

void check_sizes(const TokenConfidence& tokens, std::size_t chains) {
  const std::size_t n = tokens.chains.size();
  GROEL_REQUIRE(tokens.frames.size() == n && tokens.pae.size() == n * n);
  GROEL_REQUIRE(tokens.tm_global.size() == n * n && tokens.tm_interface.size() == n * n);
  GROEL_REQUIRE(std::all_of(tokens.chains.begin(), tokens.chains.end(), [&](std::int32_t chain) {
    return chain >= 0 && static_cast<std::size_t>(chain) < chains;
  }));
}

}  // namespace

std::vector<double> means_with_others(std::span<const double> pairs, std::size_t chains) {
  std::vector<double> out(chains);
  for (std::size_t i = 0; i < chains; ++i) {
    double sum = 0;
    int seen = 0;
    for (std::size_t j = 0; j < chains; ++j) {
      if (i == j || std::isnan(pairs[i * chains + j])) continue;
      sum += pairs[i * chains + j];
      ++seen;
    }
    out[i] = seen == 0 ? kUndefined : sum / seen;
  }
  return out;
}

void add_token_scores(const TokenConfidence& tokens, std::size_t chains, ConfidenceSummary& to) {
  check_sizes(tokens, chains);
  std::vector<double> sizes(chains);
  for (const std::int32_t chain : tokens.chains) ++sizes[static_cast<std::size_t>(chain)];
  add_whole(tokens, sizes, to);
  add_pairs(tokens, sizes, to);
  to.chain_ptm.resize(chains);
  for (std::size_t i = 0; i < chains; ++i) to.chain_ptm[i] = to.chain_pair_iptm[i * chains + i];
  to.chain_iptm = means_with_others(to.chain_pair_iptm, chains);
}

double ranking_score(const ConfidenceSummary& summary) {
  const double score = std::isnan(summary.iptm) ? summary.ptm : 0.8 * summary.iptm + 0.2 * summary.ptm;
  return score + 0.5 * summary.fraction_disordered - (summary.has_clash ? 100.0 : 0.0);
}

ConfidenceSummary summarise(const AtomLayout& layout, std::span<const float> positions, const TokenConfidence& tokens) {
  ConfidenceSummary out;
  add_token_scores(tokens, layout.chains.size(), out);
  out.has_clash = has_clash(layout, positions);
  out.fraction_disordered = fraction_disordered(layout, positions);
  out.ranking_score = ranking_score(out);
  return out;
}

}  // namespace groel::folding
