// Windows over the rows of packed sequences: what turns a convolution into a product, and the gradient of that.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// Around every row of some: `kernel` rows (odd), of its own sequence.
struct Windows {
  Tensor bounds;  ///< [B + 1] i32, host: sequence b is rows [bounds[b], bounds[b + 1]) of x
  std::int64_t kernel = 1;
  std::int64_t begin = 0;  ///< windows around rows [begin, end)
  std::int64_t end = 0;
};

/// x [T, D] f32, contiguous -> [end - begin, kernel * D]: the rows around a row side by side, zeros beyond the ends of
/// its sequence.
Tensor gather_windows(const Tensor& x, const Windows& windows);

/// Its gradient: dy [end - begin, kernel * D] f32 is added to dx [T, D] f32, contiguous. A row's windows are added in
/// their order, so that runs of windows one after the other give the bits of all at once.
void add_windows(const Tensor& dy, const Windows& windows, Tensor& dx);

namespace reference {
Tensor gather_windows(const Tensor& x, const Windows& windows);
void add_windows(const Tensor& dy, const Windows& windows, Tensor& dx);
}  // namespace reference

}  // namespace groel::ops
