// Layer normalisation with learned gain and bias.
#pragma once

#include <string>

#include "autograd/functions.h"
#include "nn/parameters.h"
#include "ops/norm.h"

namespace groel::nn {

class LayerNorm {
 public:
  LayerNorm() = default;
  LayerNorm(std::int64_t width, float epsilon) : width_(width), epsilon_(epsilon) {}

  /// Declares `<prefix>.weight` and `<prefix>.bias`, both [D].
  void collect(Parameters& parameters, const std::string& prefix) {
    parameters.add(prefix + ".weight", {width_}, gain_, gain_gradient_);
    parameters.add(prefix + ".bias", {width_}, bias_, bias_gradient_);
  }
  void prepare() {
    gain_ = gain_.to(DType::f32);
    bias_ = bias_.to(DType::f32);
  }
  void prepare_training() {
    prepare();
    gain_ = gain_.clone();
    bias_ = bias_.clone();
  }

  /// x [T, D] f32 -> [T, D]; `output` bf16 when only a bf16 product reads it.
  Tensor operator()(const Tensor& x, DType output = DType::f32) const {
    return autograd::layer_norm(x, {.gain = gain_, .bias = bias_, .epsilon = epsilon_, .output = output},
                                {.gain = gain_gradient_, .bias = bias_gradient_});
  }

 private:
  std::int64_t width_ = 0;
  float epsilon_ = 1e-5F;
  Tensor gain_;
  Tensor bias_;
  Tensor gain_gradient_;
  Tensor bias_gradient_;
};

}  // namespace groel::nn
