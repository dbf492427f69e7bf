// The arrays that a file of Protenix holds, by their published names.
#pragma once

#include <vector>

#include "structure_models/array_table.h"

namespace groel::structure_models {

/// How many blocks the parts of a network have; as published in its version 1.
struct ProtenixBlocks {
  std::int64_t templates = 2, alignment = 4, trunk = 48, tokens = 24, confidence = 4;
  std::int64_t atoms = 3, encoder = 3, decoder = 3;  ///< of the first encoder, and of the diffusion's
};
using ProtenixSizes = NamedSizes;
/// Those of the published networks but version 2, and of version 2.
ProtenixSizes protenix_sizes();
ProtenixSizes protenix_2_sizes();
/// The mini network's; the tiny one has half the trunk.
ProtenixBlocks protenix_mini_blocks();
/// Every array of such a network, with its shape.
std::vector<RecordRule> protenix_table(const ProtenixBlocks& blocks, const ProtenixSizes& sizes);

/// Every array of a network with as many blocks as `published` has, with its shape. A size that several arrays share is
/// that of most of them, so that the one which differs is the one that is told of. What the rules make is nothing: they
/// say what there has to be (check_records).
std::vector<RecordRule> protenix_table(const io::ArrayMap& published);

}  // namespace groel::structure_models
