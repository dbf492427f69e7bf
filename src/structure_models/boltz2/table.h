// The arrays that a file of Boltz-2 holds, by their published names.
#pragma once

#include <vector>

#include "structure_models/array_table.h"

namespace groel::structure_models {

/// How many blocks the parts of a network have; as published.
struct Boltz2Blocks {
  std::int64_t templates = 2, alignment = 4, trunk = 64, tokens = 24, confidence = 8;
  std::int64_t atoms = 3, encoder = 3, decoder = 3;  ///< of the first encoder, and of the diffusion's
  bool factors = true;                               ///< a head of B factors, which nothing here reads
};
/// Sizes of the published network.
NamedSizes boltz2_sizes();
/// Every array of such a network, with its shape.
std::vector<RecordRule> boltz2_table(const Boltz2Blocks& blocks, const NamedSizes& sizes);
/// Every array of a network with as many blocks as `published` has, with its shape (as protenix_table).
std::vector<RecordRule> boltz2_table(const io::ArrayMap& published);

}  // namespace groel::structure_models
