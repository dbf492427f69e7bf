// Pair-weighted averaging: tokens of each row of an alignment see those that their pairs point to (Abramson et al.
// 2024, algorithm 10).
#pragma once

#include "nn/folding/alignment.h"
#include "nn/folding/pairs.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::nn::folding {

struct PairAveragingForm {
  std::int64_t alignment_width = 64;
  std::int64_t pair_width = 128;
  std::int64_t heads = 8;
  std::int64_t head_width = 8;
  float epsilon = 1e-5F;
};

class PairAveraging final : public Module {
 public:
  PairAveraging() = default;
  explicit PairAveraging(const PairAveragingForm& form);

  /// `norm` (of the alignment); `pair_norm`; `logits` [H, C]; `value`, `gate` [H*K, M]; `out` [M, H*K].
  void members(Members to) override;
  void ready(const Form& form) override;
  /// The update of in.m is added to `to` [S*N, M], which may be in.m. A token that no row has is not seen; else every
  /// token is, in every row. Beside [H, N, N] f32 it takes memory for some rows of the alignment.
  void add(const AlignmentStates& in, const Tensor& z, Tensor& to) const;

 private:
  Tensor weights(const AlignmentStates& in, const Tensor& z) const;
  Tensor averaged(const Tensor& values, const std::vector<ops::PackedWeight>& heads, std::int64_t n) const;

  PairAveragingForm form_;
  LayerNorm norm_, pair_norm_;
  Linear logits_;  // (H, C)
  Linear inputs_;  // (2*H*K, M): value and gate
  Linear out_;     // (M, H*K)
  DType input_ = DType::f32;
  ops::Precision precision_ = ops::Precision::f32;
};

}  // namespace groel::nn::folding
