// Bounds of expected TM terms by the convex hull of the terms over the errors.
#include "folding/confidence_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "folding/confidence_heads.h"

namespace groel::folding {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kTenths = 400;       // of Å; the largest error is 31.75 Å
constexpr double kPaeDigit = 0.05 + 1e-5;  // half of what one decimal leaves out, and the rounding of float32

// Whether the corner b is above the line from a to c.
bool is_above(const std::vector<double>& terms, std::size_t a, std::size_t b, std::size_t c) {
  const double share = static_cast<double>(b - a) / static_cast<double>(c - a);
  return terms[b] > terms[a] + share * (terms[c] - terms[a]);
}

double on_hull(const std::vector<std::size_t>& corners, const std::vector<double>& terms, double error) {
  const double first = error_bin_centre(0), bins = (error - first) / (error_bin_centre(1) - first);
  const double at = std::clamp(bins, 0.0, static_cast<double>(terms.size() - 1));
  std::size_t right = 1;
  while (right + 1 < corners.size() && static_cast<double>(corners[right]) < at) ++right;
  const auto a = static_cast<double>(corners[right - 1]), b = static_cast<double>(corners[right]);
  const double share = (at - a) / (b - a);
  return terms[corners[right - 1]] * (1 - share) + terms[corners[right]] * share;
}

bool is_column(std::int32_t wanted, std::int32_t own, std::int32_t chain) {
  return wanted == kAllChains || (wanted == kOtherChains ? chain != own : chain == wanted);
}

}  // namespace

// Terms fall as errors grow, and so do both hulls.
TmRange::TmRange(std::int64_t tokens) {
  const double d0 = tm_distance(tokens);
  std::vector<double> terms;
  std::vector<std::size_t> lower, upper;  // corners of the convex hull of (error, term), as bins
  const auto add_corner = [&](std::vector<std::size_t>& hull, bool above, std::size_t bin) {
    while (hull.size() > 1 && is_above(terms, hull[hull.size() - 2], hull.back(), bin) == above) hull.pop_back();
    hull.push_back(bin);
  };
  for (std::size_t bin = 0; bin < kErrorBins; ++bin) {
    const double part = error_bin_centre(bin) / d0;
    terms.push_back(1 / (1 + part * part));
    add_corner(lower, true, bin);
    add_corner(upper, false, bin);
  }
  for (std::size_t tenth = 0; tenth < kTenths; ++tenth) {
    const double mean = static_cast<double>(tenth) / 10;
    by_tenth_.push_back({on_hull(lower, terms, mean + kPaeDigit), on_hull(upper, terms, mean - kPaeDigit)});
  }
}

ScoreRange TmRange::of(double mean) const {
  if (std::isnan(mean)) return {0, 1};
  return by_tenth_[static_cast<std::size_t>(std::lround(std::clamp(mean * 10, 0.0, kTenths - 1.0)))];
}

ScoreRange best_row(const PaeBlock& block, const RowsAndColumns& of) {
  const std::size_t n = block.chains.size();
  const TmRange range(of.tokens);
  std::optional<double> low, high;
  for (std::size_t i = 0; i < n; ++i) {
    if (of.rows != kAllChains && block.chains[i] != of.rows) continue;
    ScoreRange sum;
    std::int64_t seen = 0;
    for (std::size_t j = 0; j < n; ++j) {
      if (!is_column(of.columns, block.chains[i], block.chains[j])) continue;
      const ScoreRange one = range.of(block.pae[i * n + j]);
      sum.low += one.low;
      sum.high += one.high;
      ++seen;
    }
    if (seen == 0) continue;
    const auto count = static_cast<double>(seen);
    high = std::max(high.value_or(0), sum.high / count);
    if (block.certain[i] != 0) low = std::max(low.value_or(0), sum.low / count);
  }
  if (!high) return {kNothing, kNothing};
  return {low.value_or(kNothing), *high};
}

}  // namespace groel::folding
