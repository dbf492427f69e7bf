// rotary on the CPU: one token's heads, rotated in place.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/rotary_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "ops/dispatch.h"
#include "ops/rotary_impl.h"
#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

void rotate_heads(const cpu::RotaryRow& row) {
  const Vector scale = hn::Set(kTag, row.scale);
  for (std::int64_t h = 0; h < row.heads; ++h) {
    float* first = row.x + 2 * h * row.half;
    float* second = first + row.half;
    for_vectors(row.half, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
      const Vector a = hn::Mul(load(first + i, n), scale);
      const Vector b = hn::Mul(load(second + i, n), scale);
      const Vector cosine = load(row.cosine + i, n);
      const Vector sine = load(row.sine + i, n);
      store(hn::NegMulAdd(b, sine, hn::Mul(a, cosine)), first + i, n);
      store(hn::MulAdd(a, sine, hn::Mul(b, cosine)), second + i, n);
    });
  }
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
HWY_EXPORT(rotate_heads);
namespace cpu {

void rotate(const RotaryRow& row) { GROEL_DISPATCH(rotate_heads)(row); }

}  // namespace cpu
}  // namespace groel::ops
#endif
