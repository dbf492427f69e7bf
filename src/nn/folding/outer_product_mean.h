// The outer product mean: pairs learn of the columns of an alignment (Jumper et al. 2021, algorithm 10).
#pragma once

#include "nn/folding/alignment.h"
#include "nn/folding/pairs.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::nn::folding {

/// Whether the output's bias is divided by the count with the rest (AlphaFold), or added after that (Boltz-2).
enum class OuterBias { divided, whole };

struct OuterProductMeanForm {
  std::int64_t alignment_width = 64;
  std::int64_t inner = 32;  ///< channels of left and right
  std::int64_t pair_width = 128;
  Bias bias = Bias::no;  ///< of left and right; the output always has one
  OuterBias output_bias = OuterBias::divided;
  float epsilon = 1e-5F;  ///< of the norm
  float count = 1e-3F;    ///< added to the number of rows
};

class OuterProductMean final : public Module {
 public:
  OuterProductMean() = default;
  explicit OuterProductMean(const OuterProductMeanForm& form);

  /// `norm`; `left`, `right` [inner, M]; `out` [C, inner*inner] with bias, channel l of left and r of right at l*inner
  /// + r.
  void members(Members to) override;
  void ready(const Form& form) override;
  /// (out(Σ_rows left_i ⊗ right_j) + bias) / (count + rows that have both i and j) is added to `to` [N*N, C], or the
  /// bias is, whole.
  void add(const AlignmentStates& in, Tensor& to) const;

 private:
  OuterProductMeanForm form_;
  LayerNorm norm_;
  Linear sides_;  // (2*inner, M)
  Linear out_;    // (C, inner*inner)
  DType input_ = DType::f32;
  ops::Precision precision_ = ops::Precision::f32;
};

}  // namespace groel::nn::folding
