// Gated attention whose scores are biased by pairs: of single tokens, of noisy tokens under a condition, and of atoms
// in windows (Abramson et al. 2024, algorithm 24).
#pragma once

#include <vector>

#include "nn/folding/adaptive_norm.h"

namespace groel::nn::folding {

/// What keys and values are made of.
enum class KeyNorm {
  shared,  ///< the normalised queries: self-attention
  own,     ///< the keys' stream under a norm of its own: AlphaFold 3's attention of atoms
  on_top   ///< the normalised queries under one more norm: Protenix's attention of atoms
};

struct BiasedAttentionForm {
  std::int64_t width = 384;
  std::int64_t heads = 16;
  std::int64_t head_width = 24;
  std::int64_t condition = 0;  ///< width of what conditions it; 0: a plain norm, and no gate at the end
  KeyNorm keys = KeyNorm::shared;
  Bias query_bias = Bias::yes;
  Bias bias = Bias::no;  ///< of gate and output
  float epsilon = 1e-5F;
};

struct BiasedAttentionInput {
  Tensor x;                       ///< [T, D] f32
  Tensor condition = {};          ///< [T, C] f32, where the layer is conditioned
  Tensor cu_seqlens;              ///< [B+1] i32, host: tokens that see each other; of atoms: the queries of each window
  std::vector<Tensor> bias = {};  ///< [H, n_q, n_k] f32, one for all sequences or one each (ops/attention.h)
  /// The keys' stream [Tk, D] and its condition; undefined: x and its.
  Tensor keys = {};
  Tensor key_condition = {};
  /// [K] i32, host: the row of the keys' stream that each key is; as many as there are rows stands for a key and a
  /// value of zeros. Undefined: each row once, in order.
  Tensor key_rows = {};
  Tensor cu_keys = {};  ///< [B+1] i32, host: the keys of each sequence; undefined: as cu_seqlens
};

class BiasedAttention final : public Module {
 public:
  BiasedAttention() = default;
  explicit BiasedAttention(const BiasedAttentionForm& form);

  /// `norm` (adaptive_norm.h), `key_norm` unless shared; `query` [H*K, D] with bias; `key`, `value`, `gate`; `out`
  /// [D, H*K]; `zero` where it is conditioned.
  void members(Members to) override;
  void ready(const Form& form) override;
  /// The update of in.x is added to `to` [T, D], which may be in.x.
  void add(const BiasedAttentionInput& in, Tensor& to) const;

 private:
  Tensor keys_and_values(const BiasedAttentionInput& in, const Tensor& queries) const;

  BiasedAttentionForm form_;
  AdaptiveNorm norm_, key_norm_;
  Linear query_;  // (H*K, D)
  Linear kv_;     // (2*H*K, D)
  Linear gate_;   // (H*K, D)
  Linear out_;    // (D, H*K)
  AdaptiveZero zero_;
  DType input_ = DType::f32;
  ops::Precision precision_ = ops::Precision::f32;
};

struct PairLogitsForm {
  std::int64_t pair_width = 128;
  std::int64_t heads = 16;  ///< of all layers that it is for
  Bias norm_bias = Bias::yes;
  float epsilon = 1e-5F;
};

/// The biases that pairs give: linear(norm(z)), one plane per head.
class PairLogits final : public Module {
 public:
  PairLogits() = default;
  explicit PairLogits(const PairLogitsForm& form);

  /// `norm`; `weight` [H, C].
  void members(Members to) override;
  void ready(const Form& form) override { input_ = product_input(form); }
  /// z [N*N, C] -> [H, N, N]
  Tensor operator()(const Tensor& z) const;
  /// Any pairs z [P, C] -> [P, H]
  Tensor of_rows(const Tensor& z) const { return logits_(norm_(z, input_)); }

 private:
  PairLogitsForm form_;
  LayerNorm norm_;
  Linear logits_;  // (H, C)
  DType input_ = DType::f32;
};

}  // namespace groel::nn::folding
