// Local alignment of two sequences within a band of diagonals.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace groel::analysis {

/// Of each residue its row in bio::kBlosum62; what is no letter there (in either case) is X.
std::vector<std::uint8_t> alignment_letters(std::string_view sequence);

/// Pairs (i, j) with |i - j - diagonal| <= half_width may be aligned.
struct Band {
  std::int64_t diagonal = 0;
  std::int64_t half_width = 0;
};

struct LocalAlignment {
  std::int64_t score = 0;
  std::int64_t identical = 0;  ///< pairs of the same residue of the twenty
};

/// The best score (Smith–Waterman with BLOSUM62; a gap of n costs 11 + n), and the most identical pairs that an
/// alignment of this score has.
LocalAlignment align_locally(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, const Band& band);

}  // namespace groel::analysis
