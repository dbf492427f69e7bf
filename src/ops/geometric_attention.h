// geometric attention: residues see one another by where they are in space, through the frames of their backbones
// (Hayes et al. 2025, Science 387:850, ESM3).
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// Where residues are: x_global = rotation x_local + translation.
struct Frames {
  Tensor rotation;     ///< [T, 9] f32, host: row-major matrices
  Tensor translation;  ///< [T, 3] f32, host: Å
  Tensor known;        ///< [T] i32, host: 0 where a residue has no frame of its own

  bool defined() const { return rotation.defined(); }
};

/// V heads of three numbers each.
struct GeometricAttentionInput {
  /// [T, 15*V] f32, rows may be strided: vectors of queries, keys and values that are rotated, then points of queries
  /// and keys that are rotated and moved; V of each.
  Tensor projected;
  Frames frames;
  Tensor cu_seqlens;      ///< [B+1] i32, host
  Tensor rotation_scale;  ///< [V] f32: factor of q·k / √3
  Tensor distance_scale;  ///< [V] f32: factor of |q - k| / √3, which is taken off
  Tensor chain = {};      ///< [T] i32, host: no residue sees another chain's; undefined: one chain
  Tensor sequence = {};   ///< [T] i32, host: 1 is added to the scores of keys of the same number; undefined: of all
  bool silence_unknown = true;  ///< residues without a frame give zeros; else they give what they see
};

/// -> [T, 3*V] f32 in the frames of the queries. Keys without a frame are not seen, unless there are no others: then
/// all keys count alike, as in the reference. What a sequence gives does not depend on the others of the batch.
Tensor geometric_attention(const GeometricAttentionInput& input);

namespace reference {
Tensor geometric_attention(const GeometricAttentionInput& input);
}

}  // namespace groel::ops
