// Norms and gates of a condition.
#include "nn/folding/adaptive_norm.h"

#include "ops/gate.h"
#include "ops/norm.h"

namespace groel::nn::folding {

AdaptiveNorm::AdaptiveNorm(const AdaptiveNormForm& form)
    : form_(form),
      plain_(form.width, form.epsilon),
      condition_norm_(form.condition, form.epsilon, Bias::no),
      scale_(form.condition, form.width),
      shift_(form.condition, form.width, {.bias = Bias::no}) {}

void AdaptiveNorm::members(Members to) {
  if (form_.condition == 0) return to.part("", plain_);
  to.part("condition_norm", condition_norm_);
  to.part("scale", scale_);
  to.part("shift", shift_);
}

Tensor AdaptiveNorm::operator()(const Tensor& x, const Tensor& condition, DType output) const {
  if (form_.condition == 0) return plain_(x, output);
  const Tensor c = condition_norm_(condition, input_);
  return ops::gate(ops::layer_norm(x, {.epsilon = form_.epsilon}), scale_(c),
                   {.residual = shift_(c), .output = output});
}

void AdaptiveZero::add(const Tensor& update, const Tensor& condition, const Tensor& to) const {
  ops::gate(update, gate_(condition), {.residual = to, .into = to});
}

}  // namespace groel::nn::folding
