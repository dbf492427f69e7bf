// The pTM and ipTM that a matrix of PAE allows: PAE holds means of distributions, and these scores need the whole ones.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace groel::folding {

/// From the least to the largest; both NaN where there is no such value.
struct ScoreRange {
  double low = 0, high = 0;
};

/// Expected 1 / (1 + (error / d0)²) of distributions over the bins of errors with a mean, d0 of so many tokens.
class TmRange {
 public:
  explicit TmRange(std::int64_t tokens);
  /// `mean`: Å, with one decimal; what that leaves out is in the range. 0 to 1 for NaN.
  ScoreRange of(double mean) const;

 private:
  std::vector<ScoreRange> by_tenth_;
};

/// What of the tokens' matrix a score takes. Every pair (row, column) of a chain in `rows` and one in `columns`.
struct PaeBlock {
  std::span<const double> pae;            ///< [N, N], Å, with one decimal
  std::span<const std::int32_t> chains;   ///< [N]
  std::span<const std::uint8_t> certain;  ///< [N]: 1 for tokens that have a frame for sure; of the others some may
};

/// Tokens by their chain: one chain's, or all, or (for columns) all but those of the row's own chain.
inline constexpr std::int32_t kAllChains = -1, kOtherChains = -2;
struct RowsAndColumns {
  std::int32_t rows = kAllChains, columns = kAllChains;
  std::int64_t tokens = 0;  ///< that d0 is of
};
/// The largest of the rows' means over the columns.
ScoreRange best_row(const PaeBlock& block, const RowsAndColumns& of);

}  // namespace groel::folding
