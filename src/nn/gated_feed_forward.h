// The feed-forward half of a block with a gate: x + down(silu(gate(norm(x))) * up(norm(x))).
#pragma once

#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::nn {

class GatedFeedForward final : public Module {
 public:
  /// `scale`: of what it adds to x.
  GatedFeedForward(std::int64_t width, std::int64_t inner, Bias bias = Bias::no, float scale = 1.0F)
      : norm_(width, 1e-5F),
        gate_up_(width, {{"gate_proj", inner}, {"up_proj", inner}}, {.bias = bias}),
        down_(inner, width, {.bias = bias, .scale = scale}) {}

  /// `post_attention_layernorm`, `mlp.{gate_proj,up_proj,down_proj}`.
  void members(Members to) override {
    to.part("post_attention_layernorm", norm_);
    to.part("mlp", gate_up_);
    to.part("mlp.down_proj", down_);
  }
  /// x [T, D] normalised, gated -> [T, F]: what `down` reads.
  Tensor inner(const Tensor& x, DType product_input) const {
    return autograd::swiglu(gate_up_(norm_(x, product_input), {.output = product_input}), product_input);
  }
  const Linear& down() const { return down_; }

 private:
  LayerNorm norm_;
  Linear gate_up_;  // (2*F, D)
  Linear down_;     // (D, F)
};

}  // namespace groel::nn
