// Layer normalisation with a learned gain, and usually a bias.
#pragma once

#include "autograd/functions.h"
#include "nn/linear.h"
#include "nn/module.h"
#include "ops/norm.h"

namespace groel::nn {

class LayerNorm final : public Module {
 public:
  LayerNorm() = default;
  LayerNorm(std::int64_t width, float epsilon, Bias bias = Bias::yes) : width_(width), epsilon_(epsilon), has_(bias) {}

  /// `weight` and, where there is one, `bias`, both [D].
  void members(Members to) override {
    to.tensor("weight", {width_}, Role::norm, gain_, &gain_gradient_);
    if (has_ == Bias::yes) to.tensor("bias", {width_}, Role::bias, bias_, &bias_gradient_);
  }
  void ready(const Form& form) override {
    for (Tensor* tensor : {&gain_, &bias_})
      if (tensor->defined()) *tensor = form.training ? tensor->to(DType::f32).clone() : tensor->to(DType::f32);
  }
  std::size_t packed_bytes() const override { return gain_.bytes() + (bias_.defined() ? bias_.bytes() : 0); }

  /// x [T, D] f32 -> [T, D]; `output` bf16 when only a bf16 product reads it.
  Tensor operator()(const Tensor& x, DType output = DType::f32) const {
    return autograd::layer_norm(x, {.gain = gain_, .bias = bias_, .epsilon = epsilon_, .output = output},
                                {.gain = gain_gradient_, .bias = bias_gradient_});
  }

 private:
  std::int64_t width_ = 0;
  float epsilon_ = 1e-5F;
  Bias has_ = Bias::yes;
  Tensor gain_, bias_;
  Tensor gain_gradient_, bias_gradient_;
};

}  // namespace groel::nn
