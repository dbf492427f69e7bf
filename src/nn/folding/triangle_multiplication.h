// Triangle multiplication: pairs (i, j) learn of all triangles with a third token k (Jumper et al. 2021, algorithms 11
// and 12).
#pragma once

#include "nn/folding/pairs.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::nn::folding {

/// Which edges of the triangle are multiplied. outgoing: Σ_k a[i, k] b[j, k]. incoming: Σ_k a[k, i] b[k, j], as in
/// OpenFold and Protenix; AlphaFold 3's a is b here and the other way round.
enum class Edges { outgoing, incoming };

struct TriangleMultiplicationForm {
  std::int64_t width = 128;  ///< C of z
  std::int64_t inner = 128;  ///< channels of a and b
  Edges edges = Edges::outgoing;
  Bias bias = Bias::no;  ///< of all linear layers: OpenFold and ESMFold have them
  float epsilon = 1e-5F;
};

class TriangleMultiplication final : public Module {
 public:
  TriangleMultiplication() = default;
  explicit TriangleMultiplication(const TriangleMultiplicationForm& form);

  /// `norm`; `a`, `b`, `a_gate`, `b_gate` [inner, C]; `product_norm`; `out` [C, inner]; `out_gate` [C, C].
  void members(Members to) override;
  void ready(const Form& form) override;
  /// The update of in.z is added to `to` [N*N, C], which may be in.z. Beside two arrays [inner, N*N], f32 or bf16, it
  /// takes memory for some pairs on each thread.
  void add(const Pairs& in, Tensor& to) const;

 private:
  /// a and b in the type that products want, [inner, N*N] each, and their product, f32, in the same memory.
  struct Planes {
    Tensor a;
    Tensor b;
    Tensor product;
  };
  Planes make_planes(const Pairs& in) const;
  void fill_planes(const Pairs& in, const Planes& to) const;

  TriangleMultiplicationForm form_;
  LayerNorm norm_;
  Linear inputs_;  // (4*inner, C): a, b, and their gates
  LayerNorm product_norm_;
  Linear out_;       // (C, inner)
  Linear out_gate_;  // (C, C)
  DType input_ = DType::f32;
  ops::Precision precision_ = ops::Precision::f32;
};

}  // namespace groel::nn::folding
