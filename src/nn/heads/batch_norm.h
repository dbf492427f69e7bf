// Batch normalisation as torch's BatchNorm1d has it, with the statistics that it gathers in training.
#pragma once

#include "autograd/functions.h"
#include "nn/linear.h"
#include "nn/module.h"

namespace groel::nn {

class BatchNorm1d final : public Module {
 public:
  explicit BatchNorm1d(std::int64_t width) : width_(width) {}

  /// `weight`, `bias`, `running_mean` and `running_var`, all [D].
  void members(Members to) override {
    to.tensor("weight", {width_}, Role::norm, gain_, &gain_gradient_);
    to.tensor("bias", {width_}, Role::bias, bias_, &bias_gradient_);
    to.tensor("running_mean", {width_}, Role::buffer, running_.values.mean);
    to.tensor("running_var", {width_}, Role::buffer, running_.values.variance);
  }
  void ready(const Form& form) override {
    for (Tensor* tensor : {&gain_, &bias_, &running_.values.mean, &running_.values.variance})
      if (tensor->defined()) *tensor = form.training ? tensor->to(DType::f32).clone() : tensor->to(DType::f32);
  }
  std::size_t packed_bytes() const override { return gain_.defined() ? 4 * gain_.bytes() : 0; }

  /// x [N, D] f32 -> [N, D].
  Tensor operator()(const Tensor& x) const {
    return autograd::batch_norm(x, running_, {.gain = gain_, .bias = bias_},
                                {.x = {}, .gain = gain_gradient_, .bias = bias_gradient_});
  }

 private:
  std::int64_t width_;
  Tensor gain_, bias_;
  Tensor gain_gradient_, bias_gradient_;
  autograd::RunningStatistics running_;
};

}  // namespace groel::nn
