// AlphaFold 3's heads on what a sample looks like: how sure the network is of it (Abramson et al. 2024, algorithm 31).
#pragma once

#include <functional>
#include <span>

#include "nn/folding/pairformer.h"
#include "structure_models/watch.h"

namespace groel::structure_models {

struct Alphafold3ConfidenceForm {
  std::int64_t pair_width = 128, single_width = 384, target_width = 447;
  std::int64_t slots = 24, blocks = 4;
  std::int64_t error_bins = 64, lddt_bins = 50;
  nn::folding::PairformerForm pairformer{};
};

/// What the heads of one sample give.
struct ConfidenceLogits {
  Tensor lddt;      ///< [N, slots * 50]
  Tensor resolved;  ///< [N, slots * 2]
  Tensor pair;      ///< [N * N, Z]: what logits of pairs are made of
};

class Alphafold3Confidence final : public nn::Module {
 public:
  explicit Alphafold3Confidence(const Alphafold3ConfidenceForm& form);

  /// `row`, `column` [Z, T]; `distances` [Z, 39]; `pairformer.0`, …; `distance_norm`, `distance` (half of symmetric
  /// logits); `error_norm`, `error`; `lddt_norm`, `lddt`; `resolved_norm`, `resolved`.
  void members(nn::Members to) override;

  struct Trunk {
    const Tensor& single;  ///< [N, S]
    const Tensor& pair;    ///< [N * N, Z]
    const Tensor& target;  ///< [N, T]
  };
  /// `beta` [N, 3], Å: an atom of each token in this sample. `watch`: "pairformer0.z", ….
  ConfidenceLogits logits(const Trunk& trunk, std::span<const float> beta, const Watch& watch = {}) const;
  /// Logits of the aligned error, [rows * N, 64] of some rows of the grid of pairs.
  Tensor errors(const ConfidenceLogits& of, const nn::folding::GridRows& rows) const;
  /// Which pairs: those of some rows of the grid, or those of the columns of the same numbers, in the order of columns.
  enum class Half { rows, columns };
  /// One of the two halves whose sum is the logits of the distance error, [rows * N, 64].
  Tensor half_distances(const ConfidenceLogits& of, const nn::folding::GridRows& rows, Half half) const;

 private:
  void add_distances(std::span<const float> beta, Tensor& z) const;

  Alphafold3ConfidenceForm form_;
  nn::Linear row_, column_, distances_;
  nn::folding::Pairformer pairformer_;
  nn::LayerNorm distance_norm_, error_norm_, lddt_norm_, resolved_norm_;
  nn::Linear distance_, error_, lddt_, resolved_;
};

}  // namespace groel::structure_models
