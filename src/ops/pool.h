// Reductions over the tokens of each segment of a packed batch.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// Half-open token ranges [begin, end), one per segment (they may skip tokens: special tokens belong to none).
struct Segments {
  Tensor begin;  ///< [S] i32, host
  Tensor end;    ///< [S] i32, host
};

/// x [T, D] f32 -> [S, D] f32: mean (accumulated in f64, rounded once) of each segment; an empty segment gives zeros.
Tensor segment_mean(const Tensor& x, const Segments& segments);
/// x [T, D] f32 -> [S, D] f32: maximum of each segment; an empty segment gives zeros.
Tensor segment_max(const Tensor& x, const Segments& segments);
/// Sum of all elements in f64, in a fixed order whatever the number of threads.
double sum(const Tensor& x);

namespace reference {
Tensor segment_mean(const Tensor& x, const Segments& segments);
Tensor segment_max(const Tensor& x, const Segments& segments);
}  // namespace reference

}  // namespace groel::ops
