// IntelliFold-2 (IntelliGen-AI, Apache-2.0): AlphaFold 3's network and its form of file with other sizes, noise
// frequencies of its own in a file beside it, and what its weights were trained with.
#pragma once

#include <filesystem>
#include <string>

#include "structure_models/alphafold3/records.h"
#include "structure_models/alphafold3/shape.h"

namespace groel::structure_models {

/// Networks whose weights are in AlphaFold 3's form of file.
enum class RecordNetwork { alphafold3, intellifold2 };

/// Whose weights a file holds, and how that is told.
struct RecordOrigin {
  RecordNetwork network = RecordNetwork::alphafold3;
  std::filesystem::path noise;  ///< IntelliFold-2's file of noise frequencies
  std::string told_by;          ///< for people
};
/// By the sizes that are published: pairs of 128 (AlphaFold 3) or of 512 (IntelliFold-2), with the alignment's,
/// templates' and heads. What has other sizes is IntelliFold-2's where a file of noise frequencies lies beside it:
/// MODEL_fourier.npz, or the only one whose name ends in fourier.npz. Errors: bad_model, where IntelliFold-2's sizes
/// come without such a file, or several lie there.
RecordOrigin record_origin(const Alphafold3Shape& sizes, const ParameterFiles& files);

/// The sizes of the published network.
Alphafold3Shape intellifold2_sizes();
/// What its weights were trained with, by its own PyTorch modules: keys of atoms looked up where they belong, empty
/// places of windows hidden, and the last windows pushed back by them; bonds both ways; its own noise frequencies.
Alphafold3Shape as_intellifold2(Alphafold3Shape sizes);

/// `diffusion.noise_frequencies`, `diffusion.noise_phases` [256] of such a file's `weight` and `bias`. Errors: of the
/// reader; bad_model naming the array that is missing or of another shape or type.
io::ArrayMap read_noise_frequencies(const std::filesystem::path& path);

}  // namespace groel::structure_models
