// From the logits of a model's confidence and distogram heads to pLDDT, PAE, PDE, TM terms and contact probabilities.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace groel::folding {

// AlphaFold 3's heads (model/network/confidence_head.py, distogram_head.py). All functions but `plus_transpose` go row
// by row, so that callers may give them any rows of an array.

inline constexpr std::size_t kLddtBins = 50;
inline constexpr std::size_t kErrorBins = 64;     ///< 0.25, 0.75 … 31.75 Å
inline constexpr std::size_t kDistanceBins = 64;  ///< up to 2.3125 Å, 63 steps of 0.3125 Å, and beyond

/// Expected lDDT, 0 to 100: logits [rows, 50] -> [rows].
std::vector<float> expected_lddt(std::span<const float> logits);

/// Expected error in Å: logits [rows, 64] -> [rows]. PAE, or PDE where the logits are symmetric.
std::vector<float> expected_error(std::span<const float> logits);

/// The centre of an error's bin, Å.
double error_bin_centre(std::size_t bin);

/// The probability of at most 8 Å: logits [rows, 64] -> [rows].
std::vector<float> contact_probabilities(std::span<const float> logits);

/// Both halves of symmetric logits: x[i, j] + x[j, i], [n, n, width].
std::vector<float> plus_transpose(std::span<const float> half, std::size_t n);

/// TM-score's d0 of so many residues, of at least 19 (Zhang and Skolnick 2004).
double tm_distance(std::int64_t residues);

/// What comes of PAE's logits: [N, N] each, row by row.
struct AlignedErrors {
  std::vector<float> pae;           ///< Å
  std::vector<float> tm_global;     ///< expected 1 / (1 + (error / d0)²), d0 of all tokens
  std::vector<float> tm_interface;  ///< the same, d0 of the tokens of both chains, or of the one
};

/// Appends rows of PAE's logits, [rows, N, 64], of the tokens first_row, first_row + 1, …. `chains`: of all tokens,
/// [N].
void add_aligned_errors(std::span<const float> logits, std::size_t first_row, std::span<const std::int32_t> chains,
                        AlignedErrors& to);

}  // namespace groel::folding
