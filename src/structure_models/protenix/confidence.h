// Protenix's heads on what a sample looks like: how sure the network is of it.
#pragma once

#include <span>

#include "nn/folding/pairformer.h"
#include "structure_models/watch.h"

namespace groel::structure_models {

struct ProtenixConfidenceForm {
  std::int64_t pair_width = 128, single_width = 384, target_width = 449;
  std::int64_t slots = 24, blocks = 4;
  std::int64_t distance_bins = 39, error_bins = 64, lddt_bins = 50;
  nn::folding::PairformerForm pairformer{};
};

/// What the heads of one sample give.
struct ProtenixConfidenceLogits {
  Tensor lddt;      ///< [N, slots * 50]
  Tensor resolved;  ///< [N, slots * 2]
  Tensor pair;      ///< [N * N, Z]: what logits of pairs are made of
};

class ProtenixConfidence final : public nn::Module {
 public:
  explicit ProtenixConfidence(const ProtenixConfidenceForm& form);

  /// `single_norm`; `row`, `column` [Z, T]; `distances` [Z, 39] of bins, `distance` [Z, 1] of the distance itself;
  /// `lower_bins`, `upper_bins` [39], Å; `pairformer.0`, …; `error_norm`, `error`; `distance_error_norm`,
  /// `distance_error`; `lddt_norm`, `lddt`; `resolved_norm`, `resolved`.
  void members(nn::Members to) override;

  struct Trunk {
    const Tensor& single;  ///< [N, S]
    const Tensor& pair;    ///< [N * N, Z]
    const Tensor& target;  ///< [N, T]
  };
  /// `places` [N, 3], Å: an atom of each token in this sample.
  ProtenixConfidenceLogits logits(const Trunk& trunk, std::span<const float> places) const;
  /// Logits of the aligned error, [rows * N, 64] of some rows of the grid of pairs.
  Tensor errors(const ProtenixConfidenceLogits& of, const nn::folding::GridRows& rows) const;
  /// Logits of the distance error, likewise: of the sum of both directions, normalised.
  Tensor distance_errors(const ProtenixConfidenceLogits& of, const nn::folding::GridRows& rows) const;

 private:
  void add_distances(std::span<const float> places, Tensor& z) const;

  ProtenixConfidenceForm form_;
  nn::LayerNorm single_norm_, error_norm_, distance_error_norm_, lddt_norm_, resolved_norm_;
  nn::Linear row_, column_, distances_, distance_, error_, distance_error_, lddt_, resolved_;
  Tensor lower_bins_, upper_bins_;  // (39)
  nn::folding::Pairformer pairformer_;
};

}  // namespace groel::structure_models
