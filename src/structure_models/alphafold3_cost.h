// What a run of AlphaFold 3's network will take: memory and arithmetic, told before it begins.
#pragma once

#include <algorithm>
#include <cstddef>

#include "structure_models/alphafold3_run.h"

namespace groel::structure_models {

/// What a run is of.
struct Alphafold3Job {
  std::int64_t tokens = 0, atoms = 0;
  std::int64_t rows = 0;   ///< of the alignment
  bool templates = false;  ///< any that is not empty
};

struct Alphafold3Cost {
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
Alphafold3Cost alphafold3_cost(const Alphafold3Shape& shape, const Alphafold3Job& job,
                               const Alphafold3RunSettings& settings, std::int64_t parameters);

/// The number of parameters of a network of that shape.
std::int64_t alphafold3_parameters(const Alphafold3Shape& shape);

}  // namespace groel::structure_models
