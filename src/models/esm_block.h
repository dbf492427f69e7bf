// The transformer block of ESM-2, ESM-1b and ESM-1v.
#pragma once

#include <memory>
#include <string>

#include "models/esm_config.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "nn/rotary.h"

namespace groel::models {

/// What a block's pass needs beside x.
struct EsmPass {
  const Batch& batch;
  const Taps& taps;
  std::size_t index;  ///< of the block, from 0
  ops::Precision precision;
};

/// Pre-norm transformer block. x (T, D), D = H*K.
struct EsmBlock {
  explicit EsmBlock(const EsmConfig& config);

  void collect(nn::Parameters& parameters, const std::string& at, const EsmConfig& config);
  void prepare(ops::Precision precision);
  void prepare_training(const nn::TrainingForm& form);
  /// Returns whether any of its layers has a name that `options` wants.
  bool add_adapters(const nn::LoraOptions& options);
  void collect_adapters(std::vector<nn::Trained>& to) const;
  void parameters_changed();
  /// What `run` keeps for the way back.
  std::size_t kept_bytes_per_token(ops::Precision precision) const;
  /// Bytes a token that a forward pass through blocks keeps from the system (see Encoder).
  std::size_t pass_bytes_per_token(ops::Precision precision) const;
  /// Bytes that every thread keeps besides, once it has worked on a sequence of that many tokens.
  std::size_t thread_bytes(std::int64_t longest, ops::Precision precision) const;
  std::size_t packed_bytes() const;

  /// -> (T, D); in place of x at inference.
  Tensor run(const Tensor& x, const EsmPass& pass) const;

  nn::LayerNorm attention_norm, ffn_norm;
  nn::Linear qkv;   // (3*D, D)
  nn::Linear out;   // (D, D)
  nn::Linear fc1;   // (F, D)
  nn::Linear fc2;   // (D, F)
  Tensor inv_freq;  // (K/2), rotary only; may be absent from the file
  std::shared_ptr<nn::Rotary> rotary;
  bool reached = false;  // in training: by a gradient

 private:
  Tensor join(const nn::Linear& linear, const Tensor& input, const Tensor& x, std::uint64_t place) const;
  Tensor attend(const Tensor& x, const EsmPass& pass) const;
  Tensor feed_forward(const Tensor& x, const EsmPass& pass) const;

  std::int64_t width_;
  std::int64_t heads_;
  double dropout_;
};

}  // namespace groel::models
