// What the states of two residues add to their pair (ESMFold's sequence-to-pair layer; Lin et al. 2023).
#pragma once

#include "nn/folding/pairs.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::structure_models {

/// z_ij gains linear(q_j k_i | q_j - k_i), where q and k are projections of the residues' states.
class PairsFromResidues final : public nn::Module {
 public:
  PairsFromResidues(std::int64_t width, std::int64_t pair_width);
  /// `norm`; `projection` [2*inner, Cs], q and then k; `out` [Cz, 2*inner], inner = Cz / 2.
  void members(nn::Members to) override;
  void ready(const nn::Form& form) override;
  /// s [N, Cs] -> [N, 2*inner], which `of_rows` reads.
  Tensor projected(const Tensor& s) const { return projection_(norm_(s, input_)); }
  /// What the pairs of those rows gain [rows*N, Cz], and is added to `residual`, if that is given.
  Tensor of_rows(const Tensor& projected, const nn::folding::GridRows& grid, const Tensor& residual = {}) const;
  /// s [N, Cs], z [N*N, Cz] in place. A few megabytes of pairs at a time.
  void add_to(const Tensor& s, Tensor& z) const;

 private:
  std::int64_t inner_;
  DType input_ = DType::f32;
  nn::LayerNorm norm_;
  nn::Linear projection_, out_;
};

}  // namespace groel::structure_models
