// Invariant point attention: residues see each other by their states, their pairs, and points in their frames.
#pragma once

#include <span>

#include "nn/linear.h"
#include "nn/module.h"
#include "structure_models/rigid.h"

namespace groel::structure_models {

struct PointAttentionShape {
  std::int64_t width = 384;       ///< of a residue's state, Cs
  std::int64_t pair_width = 128;  ///< Cz
  std::int64_t heads = 12;        ///< H
  std::int64_t head_width = 16;   ///< K
  std::int64_t query_points = 4, value_points = 8;
  float epsilon = 1e-8F;  ///< added to squared lengths of points
};

/// Algorithm 22 of AlphaFold 2, with the biases of its code. In f32 throughout.
class InvariantPointAttention final : public nn::Module {
 public:
  explicit InvariantPointAttention(const PointAttentionShape& shape);
  /// Names of OpenFold: linear_q, linear_kv, linear_q_points, linear_kv_points, linear_b, linear_out, head_weights.
  void members(nn::Members to) override;
  void ready(const nn::Form& form) override;

  /// Of pairs z [N*N, Cz], pair (i, j) in row i*N + j: what they add to scores, [N*N, H]; the same in every round.
  Tensor pair_bias(const Tensor& z) const { return pair_bias_(z); }
  /// s [N, Cs], z [N*N, Cz], its pair_bias, and a frame for each residue -> [N, Cs], to be added to s.
  Tensor operator()(const Tensor& s, const Tensor& z, const Tensor& bias,
                    std::span<const QuaternionFrame> frames) const;

 private:
  struct Projected;
  Projected project(const Tensor& s, std::span<const QuaternionFrame> frames) const;
  std::int64_t inner() const;
  void attend(std::int64_t i, const Projected& from, const float* z, const float* bias, const Frame& frame,
              float* to) const;
  void score(std::int64_t i, const Projected& from, const float* bias, std::span<float> scores) const;
  void gather(const Projected& from, const float* z, std::span<const float> scores, float* values, float* points,
              float* pairs) const;

  PointAttentionShape shape_;
  nn::Linear query_;         // (H*K, Cs)
  nn::Linear key_value_;     // (H*2K, Cs): of each head keys, then values
  nn::Linear query_points_;  // (3*H*Pq, Cs): all x, all y, all z
  nn::Linear key_value_points_;
  nn::Linear pair_bias_;  // (H, Cz)
  nn::Linear out_;        // (Cs, H*(K + 4*Pv + Cz))
  Tensor head_weights_;   // (H)
};

}  // namespace groel::structure_models
