// rotary on the CPU: one token's heads, or one head's tokens.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/rotary_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "ops/attention_impl.h"
#include "ops/dispatch.h"
#include "ops/rotary_impl.h"
#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

void rotate_heads(const cpu::RotaryRow& row) {
  const Vector scale = hn::Set(kTag, row.scale);
  for (std::int64_t h = 0; h < row.heads; ++h) {
    const float* first = row.x + 2 * h * row.half;
    const float* second = first + row.half;
    float* to = row.y + 2 * h * row.half;
    for_vectors(row.half, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
      const Vector a = hn::Mul(load(first + i, n), scale);
      const Vector b = hn::Mul(load(second + i, n), scale);
      const Vector cosine = load(row.cosine + i, n);
      const Vector sine = load(row.sine + i, n);
      store(hn::NegMulAdd(b, sine, hn::Mul(a, cosine)), to + i, n);
      store(hn::MulAdd(a, sine, hn::Mul(b, cosine)), to + row.half + i, n);
    });
  }
}

void rotate_rows(const cpu::HeadRotation& r, float* to) {
  const auto x = matrix<float>(r.x);
  const std::int64_t width = x.columns / r.input.heads;
  const RotaryTable& table = r.input.rotary;
  for (std::int64_t t = r.begin; t < r.begin + r.rows; ++t, to += width) {
    const float* from = x.row(t) + r.head * width;
    if (table.defined())
      rotate_heads({from, to, matrix<float>(table.cosine).row(t - r.start), matrix<float>(table.sine).row(t - r.start),
                    1, width / 2, r.scale});
    else
      for_vectors(width, [&](std::int64_t i, std::int64_t n)
                             HWY_ATTR { store(hn::Mul(load(from + i, n), hn::Set(kTag, r.scale)), to + i, n); });
  }
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
HWY_EXPORT(rotate_heads);
HWY_EXPORT(rotate_rows);
namespace cpu {

void rotate(const RotaryRow& row) { GROEL_DISPATCH(rotate_heads)(row); }
void rotate_head(const HeadRotation& rotation, float* to) { GROEL_DISPATCH(rotate_rows)(rotation, to); }

}  // namespace cpu
}  // namespace groel::ops
#endif
