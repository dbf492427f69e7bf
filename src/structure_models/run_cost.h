// What a run of a network of AlphaFold 3's kind will take: memory and arithmetic, told before it begins.
#pragma once

#include <algorithm>
#include <cstddef>

#include "structure_models/alphafold3/trunk.h"
#include "structure_models/structure_run.h"

namespace groel::structure_models {

/// Sizes of a network's parts.
struct NetworkForms {
  Alphafold3TrunkForm trunk{};
  Alphafold3DiffusionForm diffusion{};
  std::int64_t confidence_blocks = 4;
  nn::folding::PairformerForm confidence{};
  std::int64_t kept_pairs = 0;  ///< copies of the pairs that the trunk keeps while it updates them
};

/// What a run is of.
struct RunJob {
  std::int64_t tokens = 0, atoms = 0;
  std::int64_t rows = 0;   ///< of the alignment
  bool templates = false;  ///< any that is not empty
};

struct NetworkCost {
  // Bytes.
  std::size_t weights = 0;
  std::size_t loading = 0;                               ///< of the weights while they are read and packed
  std::size_t trunk = 0, diffusion = 0, confidence = 0;  ///< beside the weights, at most at a time
  std::size_t kept_logits = 0;                           ///< of diffusion, where they are kept
  // Multiplications and additions of a seed.
  double trunk_work = 0, diffusion_work = 0, confidence_work = 0;

  std::size_t memory() const { return std::max(loading, weights + beside()); }
  /// The weights aside.
  std::size_t beside() const { return std::max({trunk, diffusion, confidence}); }
  double work() const { return trunk_work + diffusion_work + confidence_work; }
};

/// An estimate from the sizes of the largest arrays and products; a test holds it to what runs take. `parameters`: of
/// the network, in f32.
NetworkCost run_cost(const NetworkForms& forms, const RunJob& job, const RunSettings& settings,
                     std::int64_t parameters);

}  // namespace groel::structure_models
