// Words of k residues: what a protein is made of, as a row of features.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/sparse_rows.h"

namespace groel::analysis {

/// 20^k.
std::int64_t kmer_count(int k);

/// For a window that holds another letter than the twenty (in either case).
inline constexpr std::int32_t kNoWord = -1;

/// The word of each window of k residues: Σ place · 20^…, the place in bio::kResidues, first residue highest; or
/// kNoWord. k is 1 to 6.
std::vector<std::int32_t> kmers(std::string_view sequence, int k);

/// A row per sequence of how often each word is in it, scaled to a Euclidean length of 1 (so that proteins of all
/// lengths weigh the same); columns in ascending order. A sequence without words has an empty row.
SparseRows kmer_composition(std::span<const std::string> sequences, int k);

}  // namespace groel::analysis
