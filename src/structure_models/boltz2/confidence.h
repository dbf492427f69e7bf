// Boltz-2's heads on what a sample looks like: how sure the network is of it. pLDDT is of tokens, not of atoms.
#pragma once

#include <span>

#include "structure_models/boltz2/trunk.h"

namespace groel::structure_models {

struct Boltz2ConfidenceForm {
  std::int64_t pair_width = 128, single_width = 384;
  std::int64_t blocks = 8;
  std::int64_t distance_bins = 64, error_bins = 64, distance_error_bins = 64, lddt_bins = 50;
  nn::folding::PairformerForm pairformer{};
};

/// What the heads of one sample give.
struct Boltz2ConfidenceLogits {
  Tensor lddt;  ///< [N, 50]
  Tensor pair;  ///< [N * N, Z]: what logits of pairs are made of
};

class Boltz2Confidence final : public nn::Module {
 public:
  explicit Boltz2Confidence(const Boltz2ConfidenceForm& form);

  /// `target_norm`, `single_norm`, `pair_norm`; `target_to_single` [S, S]; `pairs` (Boltz2Pairs); `row`, `column`,
  /// `product_row`, `product_column` [Z, S], `product_out` [Z, Z]; `distances` [64, Z] of bins with the bounds
  /// `boundaries` [63], Å; `pairformer.0`, …; `error_within`, `error_between` chains, `distance_error_within`,
  /// `distance_error_between`; `lddt`.
  void members(nn::Members to) override;

  struct Given {
    const Boltz2Input& input;
    const Tensor& target;  ///< [N, S]
    const Tensor& single;  ///< [N, S]
    const Tensor& pair;    ///< [N * N, Z]
  };
  /// `places` [N, 3], Å: an atom of each token in this sample.
  Boltz2ConfidenceLogits logits(const Given& given, std::span<const float> places) const;
  /// Logits of the aligned error, [rows * N, 64] of some rows of the grid of pairs; chains [N].
  Tensor errors(const Boltz2ConfidenceLogits& of, std::span<const std::int32_t> chains,
                const nn::folding::GridRows& rows) const;
  /// Logits of the distance error, likewise: of the sum of both directions.
  Tensor distance_errors(const Boltz2ConfidenceLogits& of, std::span<const std::int32_t> chains,
                         const nn::folding::GridRows& rows) const;

 private:
  void add_products(const Tensor& target, Tensor& z) const;
  void add_distances(std::span<const float> places, Tensor& z) const;

  Boltz2ConfidenceForm form_;
  nn::LayerNorm target_norm_, single_norm_, pair_norm_;
  nn::Linear target_to_single_, row_, column_, product_row_, product_column_, product_out_;
  Boltz2Pairs pairs_;
  Tensor distances_, boundaries_;
  nn::folding::Pairformer pairformer_;
  nn::Linear error_within_, error_between_, distance_error_within_, distance_error_between_, lddt_;
};

}  // namespace groel::structure_models
