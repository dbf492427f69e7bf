// rotary: rotary position embedding, half-split ("NeoX") form, in place.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// Cosines and sines of position * frequency, computed in f32 as torch does: angle = float(position) * inv_freq.
struct RotaryTable {
  Tensor cosine;  ///< [P, K/2] f32
  Tensor sine;    ///< [P, K/2] f32
  bool defined() const noexcept { return cosine.defined(); }
};

/// Table for positions 0..positions-1; inv_freq [K/2] f32.
RotaryTable rotary_table(const Tensor& inv_freq, std::int64_t positions);

struct RotaryOptions {
  std::int64_t heads = 1;
  float scale = 1.0F;  ///< multiplied in before the rotation (the query's K^-0.5)
};

/// x [T, H*K] f32 (rows may be strided) is replaced by rotate(x * scale): for each head, with halves a, b:
/// a' = a cos - b sin, b' = b cos + a sin. The position of token t counts from 0 at the start of its sequence, as given
/// by cu_seqlens [B+1] i32 (host). Errors: internal when a sequence is longer than the table.
void rotary_inplace(Tensor& x, const RotaryTable& table, const Tensor& cu_seqlens, const RotaryOptions& options);

namespace reference {
void rotary_inplace(Tensor& x, const RotaryTable& table, const Tensor& cu_seqlens, const RotaryOptions& options);
}

}  // namespace groel::ops
