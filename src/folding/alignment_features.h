// The alignments of all chains as one, as AlphaFold 3's network is given it: paired rows by species, then the others.
#pragma once

#include <cstdint>
#include <vector>

#include "folding/alignment.h"
#include "folding/tokens.h"

namespace groel::folding {

struct PairingOptions {
  std::size_t most_rows = 16384;       ///< paired ones make at most half of them
  std::size_t most_per_species = 600;  ///< paired rows
  bool resolve_overlaps = true;        ///< rows that are paired are left out of the others
};

/// [rows x tokens]; profile and mean of deletions are of each chain's own alignment before anything is left out.
struct AlignmentFeatures {
  std::size_t rows = 0;
  std::vector<std::int8_t> letters, deletions;  ///< [rows, tokens]; deletions over 127 are 127
  std::vector<float> profile;                   ///< [tokens, 31]
  std::vector<double> deletion_mean;            ///< [tokens]
};

/// Errors: as read_alignment, naming the chain; bad_input for a chain whose alignment is still to be searched.
AlignmentFeatures alignment_features(const TokenLayout& layout, const ComponentTable& components,
                                     const PairingOptions& options = {});

/// Rows of each chain's paired alignment that belong together, [rows x chains], -1 for none: the query first, then
/// species that more chains have, in the order of the products of their rows. Equal products keep their order.
std::vector<std::vector<std::int32_t>> paired_rows(const std::vector<std::vector<std::string>>& species,
                                                   const PairingOptions& options);

}  // namespace groel::folding
