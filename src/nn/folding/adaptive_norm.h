// Layer norms that a condition scales and shifts, and gates that it opens (Abramson et al. 2024, algorithms 24 to 26;
// Peebles and Xie 2023).
#pragma once

#include "nn/folding/pairs.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::nn::folding {

struct AdaptiveNormForm {
  std::int64_t width = 0;
  std::int64_t condition = 0;  ///< its width; 0: a plain layer norm with gain and bias
  float epsilon = 1e-5F;
};

/// sigmoid(scale(c)) * LN(x) + shift(c), where c is the condition normalised with a gain alone and LN(x) has no
/// parameters.
class AdaptiveNorm final : public Module {
 public:
  AdaptiveNorm() = default;
  explicit AdaptiveNorm(const AdaptiveNormForm& form);

  /// Conditioned: `condition_norm.weight` [C], `scale` [D, C] with bias, `shift` [D, C]. Else `weight`, `bias` [D].
  void members(Members to) override;
  void ready(const Form& form) override { input_ = product_input(form); }
  /// x [T, D], condition [T, C] or undefined -> [T, D]
  Tensor operator()(const Tensor& x, const Tensor& condition, DType output = DType::f32) const;

 private:
  AdaptiveNormForm form_;
  LayerNorm plain_;
  LayerNorm condition_norm_;
  Linear scale_;  // (D, C)
  Linear shift_;  // (D, C)
  DType input_ = DType::f32;
};

/// What a conditioned branch adds, times sigmoid(linear(condition)), the condition as it is.
class AdaptiveZero final : public Module {
 public:
  AdaptiveZero() = default;
  AdaptiveZero(std::int64_t condition, std::int64_t width) : gate_(condition, width) {}

  /// `weight` [D, C], `bias` [D].
  void members(Members to) override { to.part("", gate_); }
  /// update [T, D], condition [T, C]: added to `to` [T, D].
  void add(const Tensor& update, const Tensor& condition, const Tensor& to) const;

 private:
  Linear gate_;  // (D, C)
};

}  // namespace groel::nn::folding
