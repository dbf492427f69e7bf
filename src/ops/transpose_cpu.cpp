// Blocks of numbers with rows and columns exchanged, for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/transpose_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"
#include "ops/transpose_impl.h"
#include "ops/transpose_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

void transpose_any(const cpu::TransposedBlock& b) {
  transpose_tiles(
      b.rows, b.columns,
      [&](std::int64_t r, std::int64_t c, std::int64_t n) HWY_ATTR { return load(b.from + r * b.from_stride + c, n); },
      [&](std::int64_t c, std::int64_t r, std::int64_t n, Vector v)
          HWY_ATTR { store(v, b.to + c * b.to_stride + r, n); });
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(transpose_any);
namespace cpu {

void transpose_block(const TransposedBlock& block) { GROEL_DISPATCH(transpose_any)(block); }

}  // namespace cpu
}  // namespace groel::ops
#endif
