// Where vectors of sequences or of their residues come from, one sequence at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace groel::train {

enum class VectorsOf { sequences, residues };

/// For several threads at once.
class VectorSource {
 public:
  virtual ~VectorSource() = default;
  virtual VectorsOf vectors_of() const = 0;
  virtual std::int64_t sequences() const = 0;
  /// Numbers per vector.
  virtual std::int64_t width() const = 0;
  /// Vectors of that sequence: its residues, or 1.
  virtual std::int64_t rows(std::int64_t sequence) const = 0;
  /// Writes rows(sequence) * width() numbers.
  virtual void read(std::int64_t sequence, float* to) const = 0;
};

/// features [N, D] f32: one vector for each sequence.
std::unique_ptr<VectorSource> sequence_vectors(Tensor features);
/// features [T, D] f32, of which rows [bounds[b], bounds[b + 1]) are those of sequence b. Errors: internal, for bounds
/// that do not rise from 0 to T.
std::unique_ptr<VectorSource> residue_vectors(Tensor features, std::vector<std::int64_t> bounds);

/// A vector for each residue, 1 at its amino acid (bio::one_hot_column). Nothing but the text is kept.
std::unique_ptr<VectorSource> one_hot_residues(std::vector<std::string> sequences);

}  // namespace groel::train
