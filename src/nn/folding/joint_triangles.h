// MiniFold's triangle update: both directions of triangle multiplication in one, on quarters of the channels (Wohlwend
// et al. 2025, TMLR).
#pragma once

#include "nn/folding/pairs.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::nn::folding {

/// x = norm(z); (a, b, a', b') = sigmoid(gate x) * value x, a quarter of C each; p = (Σ_k a[i, k] b[j, k] | Σ_k a'[k,
/// i] b'[k, j]); the update is sigmoid(out_gate p') * out p', where p' = product_norm(p): unlike AlphaFold's, its gates
/// are made of the product.
class JointTriangles final : public Module {
 public:
  JointTriangles() = default;
  /// `width`: C, a multiple of 4.
  explicit JointTriangles(std::int64_t width);

  /// `norm`; `outgoing.value`, `outgoing.gate`, `incoming.value`, `incoming.gate` [C/2, C], a and then b;
  /// `product_norm` [C/2]; `out`, `out_gate` [C, C/2]; all with biases.
  void members(Members to) override;
  void ready(const Form& form) override;
  /// The update of in.z is added to `to` [N*N, C], which may be in.z. Beside arrays [C, N*N], f32 or bf16, it takes
  /// memory for some pairs on each thread.
  void add(const Pairs& in, Tensor& to) const;

 private:
  Tensor products(const Pairs& in) const;

  std::int64_t width_ = 0;
  LayerNorm norm_;
  Linear outgoing_, incoming_;  // (C, C) each: values of a and b, and their gates
  LayerNorm product_norm_;
  Linear out_;  // (2*C, C/2): values and gates
  DType input_ = DType::f32;
  ops::Precision precision_ = ops::Precision::f32;
};

}  // namespace groel::nn::folding
