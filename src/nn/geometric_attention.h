// A layer of geometric attention: normalise, project to vectors, look around in space, project back.
#pragma once

#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "ops/geometric_attention.h"

namespace groel::nn {

struct GeometricForm {
  std::int64_t heads = 1;
  Bias bias = Bias::no;         ///< of the norm and both products
  float scale = 1.0F;           ///< of what it gives
  bool silence_unknown = true;  ///< residues without a frame get nothing
};

/// For use; it is not trained.
class GeometricAttention final : public Module {
 public:
  GeometricAttention() = default;
  GeometricAttention(std::int64_t width, const GeometricForm& form)
      : form_(form),
        norm_(width, 1e-5F, form.bias),
        projection_(width, 15 * form.heads, {.bias = form.bias, .exactness = Exactness::attention}),
        out_(3 * form.heads, width, {.bias = form.bias, .exactness = Exactness::attention, .scale = form.scale}) {}

  /// `s_norm`, `proj`, `out_proj`, and [V] `distance_scale_per_head`, `rotation_scale_per_head` before softplus.
  void members(Members to) override;
  void ready(const Form& form) override;

  /// Where residues are, which of them see one another, and what each of the packed sequences has.
  struct Places {
    ops::Frames frames;
    Tensor cu_seqlens;
    Tensor chain = {};
    Tensor sequence = {};
  };
  /// x [T, D] -> x plus what it gives, [T, D]; in place of x.
  Tensor operator()(const Tensor& x, const Places& places, DType product_input = DType::f32) const;

 private:
  GeometricForm form_;
  LayerNorm norm_;
  Linear projection_;                             // (15*V, D)
  Linear out_;                                    // (D, 3*V)
  Tensor distance_, rotation_;                    // (V)
  Tensor distance_gradient_, rotation_gradient_;  // stay at zero: nothing of it is used in training
};

}  // namespace groel::nn
