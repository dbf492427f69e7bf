// What the source files of rotary share.
#pragma once

#include "ops/rotary.h"

namespace groel::ops {

void check_rotary(const Tensor& x, const RotaryTable& table, const Tensor& cu_seqlens, const RotaryOptions& options);

namespace cpu {

/// One token's row: heads of two halves each, from x to y (which may be x).
struct RotaryRow {
  const float* x;
  float* y;
  const float* cosine;
  const float* sine;
  std::int64_t heads;
  std::int64_t half;
  float scale;
};
void rotate(const RotaryRow& row);

}  // namespace cpu
}  // namespace groel::ops
