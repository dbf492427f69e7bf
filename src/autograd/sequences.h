// Operators over the rows of packed sequences, as heads call them: recorded while a tape is on.
#pragma once

#include <vector>

#include "autograd/functions.h"
#include "ops/attention_pool.h"
#include "ops/lstm.h"
#include "ops/windows.h"

namespace groel::autograd {

struct ConvolutionForm {
  Tensor bounds;            ///< [B + 1] i32, host: sequence b is rows [bounds[b], bounds[b + 1])
  std::int64_t kernel = 1;  ///< rows that it sees, odd
  Tensor bias;              ///< [out] f32
};
/// x [T, D] f32, contiguous, weight [out, kernel * D] -> [T, out]: column tap * D + c of the weight is for channel c of
/// the row kernel / 2 - tap before; beyond the ends of a sequence there are zeros. Windows are made for some rows at a
/// time, there and on the way back.
Tensor convolve(const Tensor& x, const LinearWeight& weight, const ConvolutionForm& form);

/// ops::lstm; weight [4 H, H] without a bias. -> h [T, H]
Tensor lstm(const Tensor& gates, const LinearWeight& recurrent, const Tensor& bounds, ops::ReadingOrder order);

/// ops::attention_pool.
Tensor attention_pool(const ops::PoolInput& input);
/// x [T, D] f32, contiguous -> [S, D]: the largest of each segment.
Tensor segment_max(const Tensor& x, const ops::Segments& segments);
/// a [N, A] and b [N, B], f32 -> [N, A + B].
Tensor join_columns(const Tensor& a, const Tensor& b);
/// [Ni, D] f32 each -> [Σ Ni, D]; itself where it is one.
Tensor join_rows(const std::vector<Tensor>& parts);

/// The segments between bounds.
ops::Segments segments_of(const Tensor& bounds);

}  // namespace groel::autograd
