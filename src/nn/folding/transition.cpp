// The transition, some rows at a time.
#include "nn/folding/transition.h"

#include "ops/swiglu.h"

namespace groel::nn::folding {
namespace {

std::vector<Linear::Output> entering(const TransitionForm& form) {
  if (form.kind == TransitionKind::relu) return {{"value", form.inner}};
  return {{"gate", form.inner}, {"value", form.inner}};
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
  share_rows(x.size(0), {2 * form_.inner, x.device()}, [&](std::int64_t begin, std::int64_t end) {
    const Tensor own = condition.defined() ? condition.rows(begin, end) : Tensor();
    const Tensor normed = norm_(x.rows(begin, end), own, input_);
    const Tensor inner = relu ? in_(normed, {.activation = ops::Activation::relu, .output = input_})
                              : ops::swiglu(in_(normed, {.output = input_}), input_);
    const Tensor target = to.rows(begin, end);
    if (form_.condition > 0)
      zero_.add(out_(inner), own, target);
    else
      out_(inner, {.residual = target, .into = target});
  });
}

}  // namespace groel::nn::folding
