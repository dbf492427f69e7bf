// The transition, some rows at a time.
#include "nn/folding/transition.h"

#include <algorithm>

#include "ops/swiglu.h"

namespace groel::nn::folding {
namespace {

std::vector<Linear::Output> entering(const TransitionForm& form) {
  if (form.kind == TransitionKind::relu) return {{"value", form.inner}};
  if (form.kind == TransitionKind::swiglu_times)
    return {{"gate", form.inner}, {"value", form.inner}, {"factor", form.inner}};
  return {{"gate", form.inner}, {"value", form.inner}};
}

// x * y, same shape; rows of y may be strided.
Tensor times(const Tensor& x, const Tensor& y, DType output) {
  const Tensor factors = y.clone();
  return Tensor::computed(x.shape(), x.device(),
                          [&](std::span<float> out) {
                            const auto a = x.values<float>(), b = factors.values<float>();
                            for (std::size_t i = 0; i < out.size(); ++i) out[i] = a[i] * b[i];
                          })
      .to(output);
}

Tensor inner_of(const Tensor& entered, const TransitionForm& form, DType output) {
  if (form.kind != TransitionKind::swiglu_times) return ops::swiglu(entered, output);
  return times(ops::swiglu(entered.columns(0, 2 * form.inner)), entered.columns(2 * form.inner, 3 * form.inner),
               output);
}

}  // namespace

Transition::Transition(const TransitionForm& form)
    : form_(form),
      norm_({form.width, form.condition, form.epsilon}),
      in_(form.width, entering(form), {.bias = form.bias}),
      out_(form.inner, form.width, {.bias = form.bias}),
      zero_(form.condition, form.width) {}

void Transition::members(Members to) {
  to.part("norm", norm_);
  to.part("", in_);
  to.part("out", out_);
  if (form_.condition > 0) to.part("zero", zero_);
}

void Transition::add(const Tensor& x, Tensor& to, const Tensor& condition) const {
  const bool relu = form_.kind == TransitionKind::relu;
  const DType entered = form_.kind == TransitionKind::swiglu_times ? DType::f32 : input_;
  share_rows(x.size(0), {std::max(2 * form_.inner, in_.width()), x.device()},
             [&](std::int64_t begin, std::int64_t end) {
               const Tensor own = condition.defined() ? condition.rows(begin, end) : Tensor();
               const Tensor normed = norm_(x.rows(begin, end), own, input_);
               const Tensor inner = relu ? in_(normed, {.activation = ops::Activation::relu, .output = input_})
                                         : inner_of(in_(normed, {.output = entered}), form_, input_);
               const Tensor target = to.rows(begin, end);
               if (form_.condition > 0)
                 zero_.add(out_(inner), own, target);
               else
                 out_(inner, {.residual = target, .into = target});
             });
}

}  // namespace groel::nn::folding
