// Frames of residues from the coordinates of their backbones.
#pragma once

#include "ops/geometric_attention.h"

namespace groel::nn {

/// coordinates [T, 3, 3] f32, host: N, CA and C of each residue in Å; a residue with a number that is not finite, or is
/// 10⁶ or more, has none. cu_seqlens [B+1] i32, host. Of a residue: the origin is CA, the x axis goes from C to CA, and
/// N is in the plane of x and y (ESM3's convention). Where there are no coordinates: the frame of the mean N, CA and C
/// of its sequence, and of a sequence without any the identity at 0.
ops::Frames frames_of(const Tensor& coordinates, const Tensor& cu_seqlens);

/// x, y and z axes as the columns of a row-major matrix [9]: x along `x_axis`, `in_plane` in the plane of x and y.
/// `epsilon` is added to squared lengths.
void axes_of(const float* x_axis, const float* in_plane, float epsilon, float* rotation);

}  // namespace groel::nn
