// The transformer block of ESM3 and of models with its trunk, and its names in the files of their own code.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "models/family.h"
#include "models/transformer.h"
#include "nn/gated_feed_forward.h"
#include "nn/geometric_attention.h"

namespace groel::models {

struct Esm3BlockShape {
  std::int64_t width, heads, ffn;
  float scale = 1.0F;             ///< of what each part adds to x
  std::int64_t vector_heads = 0;  ///< of geometric attention; 0: the block has none
};

/// 8/3 of the width, rounded up to a multiple of 256.
std::int64_t esm3_ffn(std::int64_t width);
/// What each part of a block gives is divided by √(layers / 36).
float esm3_scale(std::int64_t layers);

/// Pre-norm, with norms of all of q and of k, rotary positions, a gate, and geometric attention between both halves
/// where the batch has coordinates. x (T, D), D = H*K.
class Esm3Block final : public Block {
 public:
  Esm3Block(const Esm3BlockShape& shape, std::shared_ptr<nn::RotaryShared> shared);
  void members(nn::Members to) override;
  Tensor forward(const Tensor& x, const Pass& pass) const override;

 private:
  Tensor attend(const Tensor& x, const Pass& pass) const;
  Tensor look_around(const Tensor& x, const Pass& pass) const;

  std::int64_t width_, heads_;
  nn::LayerNorm attention_norm_, query_norm_, key_norm_;
  nn::Linear qkv_;  // (3*D, D)
  nn::Linear out_;  // (D, D)
  nn::Rotary rotary_;
  std::optional<nn::GeometricAttention> geometric_;
  nn::GatedFeedForward feed_forward_;
};

/// Parts of names of a block's tensors in files of their own code, and here.
const std::vector<Rename>& esm3_block_names();
/// Queries, keys and values are one matrix there, gate and up another: as rows of several, in all blocks.
void split_esm3_blocks(RawCheckpoint& raw);
/// The way back, of one block: `from` and `to` come before the names here and there.
void join_esm3_block(RawCheckpoint& model, const std::string& from, const std::string& to);

}  // namespace groel::models
