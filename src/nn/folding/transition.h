// The transition of pairs, alignments and single tokens: out(silu(gate(x)) * value(x)), or out(relu(value(x))), of
// normalised x; conditioned in diffusion (Abramson et al. 2024, algorithms 11 and 25).
#pragma once

#include "nn/folding/adaptive_norm.h"

namespace groel::nn::folding {

enum class TransitionKind {
  swiglu,        ///< AlphaFold 3's
  swiglu_times,  ///< silu(gate) * value * factor: Boltz-2's under a condition
  relu           ///< AlphaFold 2's and ESMFold's, without gate
};

struct TransitionForm {
  std::int64_t width = 128;
  std::int64_t inner = 512;
  std::int64_t condition = 0;  ///< width of what conditions it; 0: a plain norm, and no gate at the end
  TransitionKind kind = TransitionKind::swiglu;
  Bias bias = Bias::no;
  float epsilon = 1e-5F;
};

class Transition final : public Module {
 public:
  Transition() = default;
  explicit Transition(const TransitionForm& form);

  /// `norm` (adaptive_norm.h); `gate`, `value` [inner, D], relu has `value` alone, swiglu_times `factor`, too; `out`
  /// [D, inner]; `zero` where it is conditioned.
  void members(Members to) override;
  void ready(const Form& form) override { input_ = product_input(form); }
  /// x [T, D], condition [T, C] or undefined: the update of x is added to `to` [T, D], which may be x. A few megabytes
  /// of rows at a time.
  void add(const Tensor& x, Tensor& to, const Tensor& condition = {}) const;

 private:
  TransitionForm form_;
  AdaptiveNorm norm_;
  Linear in_;   // (2*inner, D), (3*inner, D) or (inner, D)
  Linear out_;  // (D, inner)
  AdaptiveZero zero_;
  DType input_ = DType::f32;
};

}  // namespace groel::nn::folding
