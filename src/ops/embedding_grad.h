// The gradient of embedding; and taking rows by index, with its gradient.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

struct EmbeddingGrad {
  Tensor ids;                 ///< [T] i32
  Tensor scale;               ///< [T] f32, or undefined: 1
  std::int32_t ignored = -1;  ///< a row of the table that gets nothing (torch's padding_idx); -1: none
};

/// table[ids[t]] += scale[t] dy[t]: dy [T, D] f32, table [V, D] f32. Rows are added in the order of t: bitwise the same
/// for any number of threads. Errors: internal when an id is outside the table.
void embedding_grad(const Tensor& dy, const EmbeddingGrad& input, Tensor& table);

/// x [T, D] f32, rows [N] i32 in [0, T) -> [N, D]: row i is x[rows[i]].
Tensor gather_rows(const Tensor& x, const Tensor& rows);

namespace reference {
void embedding_grad(const Tensor& dy, const EmbeddingGrad& input, Tensor& table);
}

}  // namespace groel::ops
