// Triangle attention: pairs of one row, or of one column, of the grid see each other (Jumper et al. 2021, algorithms 13
// and 14).
#pragma once

#include "nn/folding/pairs.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::nn::folding {

/// The token that pairs share. starting: pair (i, j) sees (i, k). ending: pair (i, j) sees (k, j).
enum class Node { starting, ending };
/// What the ending node's scores are biased with, between query i and key k. as_is: the bias of pair (i, k), as in
/// AlphaFold 3. transposed: of pair (k, i), as in OpenFold and Protenix.
enum class EndingBias { as_is, transposed };

struct TriangleAttentionForm {
  std::int64_t width = 128;
  std::int64_t heads = 4;
  std::int64_t head_width = 32;
  Node node = Node::starting;
  EndingBias ending_bias = EndingBias::as_is;
  Bias bias = Bias::no;  ///< of gate and output: OpenFold and ESMFold have them
  float epsilon = 1e-5F;
};

class TriangleAttention final : public Module {
 public:
  TriangleAttention() = default;
  explicit TriangleAttention(const TriangleAttentionForm& form);

  /// `norm`; `bias` [H, C]; `query`, `key`, `value`, `gate` [H*K, C]; `out` [C, H*K].
  void members(Members to) override;
  void ready(const Form& form) override;
  /// The update of in.z is added to `to` [N*N, C], which may be in.z. Beside [H, N, N] f32 it takes memory for a row
  /// of the grid or some on each thread.
  void add(const Pairs& in, Tensor& to) const;

 private:
  struct Biases {
    Tensor pairs;  // [H, N*N] keys first
    Tensor keys;   // [N*N] of the keys of each row, or undefined
  };
  Tensor biases(const Pairs& in) const;
  Tensor attended(const Tensor& normed, const GridRows& grid, const Biases& bias) const;

  TriangleAttentionForm form_;
  LayerNorm norm_;
  Linear bias_;  // (H, C)
  Linear qkv_;   // (3*H*K, C)
  Linear gate_;  // (H*K, C)
  Linear out_;   // (C, H*K)
  DType input_ = DType::f32;
  ops::Precision precision_ = ops::Precision::f32;
};

}  // namespace groel::nn::folding
