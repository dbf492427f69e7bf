// What networks that fold sequences are given and what they say, whatever the network.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tensor/tensor.h"

namespace groel::structure_models {

/// What is folded.
struct EsmfoldInput {
  std::vector<std::int32_t> types;          ///< [N] residues, 0..20 (ideal_residues.h)
  std::vector<std::int32_t> residue_index;  ///< [N]: breaks of a chain are jumps in it; empty: 0, 1, 2, …
};

/// Where a run is: passes and blocks count from 0; block == blocks is the structure module of that pass.
struct EsmfoldProgress {
  std::int64_t pass, passes, block, blocks;
};

/// A structure and what is thought of it; f32.
struct SequenceStructure {
  Tensor atoms;     ///< [N, 14, 3] in Å
  Tensor plddt;     ///< [N, 37] of each atom (io::kAtomNames), in 0..1, also of atoms that a residue lacks
  Tensor pae = {};  ///< [N, N]: the error expected of j, in Å, where residue i is superposed; or undefined
  std::optional<float> ptm = {};  ///< 0..1; of networks that say something of pairs
};

}  // namespace groel::structure_models
