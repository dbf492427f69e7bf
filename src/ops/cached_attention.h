// cached_attention: causal attention of the newest tokens of sequences over all that came before them, which is kept.
#pragma once

#include <span>
#include <vector>

#include "tensor/tensor.h"

namespace groel::ops {

/// Keys and values of one sequence in one block of a model. Pages are added as it grows; what is held never moves.
struct KeyValues {
  static constexpr std::int64_t kPage = 64;  ///< places of a page
  struct Page {
    Tensor keys;    ///< [H, K, kPage] f32, bf16 or i8: the places of a page side by side for each width
    Tensor values;  ///< [H, kPage, K] likewise
    /// [H, kPage] f32, where they are i8: what the whole numbers of a head's place are multiplied by.
    Tensor key_scales = {}, value_scales = {};
  };
  std::vector<Page> pages;
  std::int64_t places = 0;  ///< that are held
};

/// Bytes of pages for that many places of a width (all heads), in that type.
std::size_t key_value_bytes(std::int64_t places, std::int64_t width, std::int64_t heads, DType dtype);

struct CachedAttentionInput {
  Tensor q;           ///< [T, H*K] f32; rows may be strided
  Tensor k;           ///< as q: the keys of the same tokens
  Tensor v;           ///< as q
  Tensor cu_seqlens;  ///< [B+1] i32, host: the newest tokens of each sequence
  std::int64_t heads = 1;
  float scale = 1.0F;              ///< of the query (K^-0.5)
  DType held = DType::f32;         ///< of new pages: f32, bf16 or i8
  std::span<KeyValues* const> of;  ///< [B], each another; keys and values of the newest tokens are added
};

/// Adds keys and values to what is held, and no more: for the first tokens of sequences, whose attention is
/// ops::attention with a causal mask. Errors: memory.
void keep_key_values(const CachedAttentionInput& input);

/// That, and -> [T, H*K] f32 (or `output`: bf16). A token sees the places up to its own. The bits of a sequence depend
/// neither on what else is in the batch nor on how many of its tokens come at once. Keys and values in bf16 are rounded
/// to nearest as they are added, those in i8 to whole numbers from -127 to 127 of the largest of their head and place;
/// sums and softmax are f32. Errors: memory.
Tensor cached_attention(const CachedAttentionInput& input, DType output = DType::f32);

namespace reference {
Tensor cached_attention(const CachedAttentionInput& input, DType output = DType::f32);
}

}  // namespace groel::ops
