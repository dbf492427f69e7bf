// rotary on the CPU: the heads of one token, or the tokens of one head.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/rotary_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "base/simd_dispatch.h"
#include "ops/attention_impl.h"
#include "ops/rotary_impl.h"
#include "ops/rotary_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

void rotate_heads(const cpu::RotaryRow& row) {
  const Vector scale = hn::Set(kTag, row.scale);
  for (std::int64_t at = 0; at < 2 * row.heads * row.half; at += 2 * row.half)
    turn_head<Turn::on>({row.x + at, row.y + at, row.cosine, row.sine, row.half}, scale);
}

void rotate_rows(const cpu::HeadRotation& r, float* to) {
  const auto x = matrix<float>(r.x);
  const std::int64_t width = cpu::head_width(r.input);
  const float* from = x.row(r.begin) + r.head * width;
  const Vector scale = hn::Set(kTag, r.scale);
  if (!r.input.rotary.defined()) {
    for (std::int64_t i = 0; i < r.rows; ++i, from += x.stride, to += width)
      for_vectors(
          width, [&](std::int64_t d, std::int64_t n) HWY_ATTR { store(hn::Mul(load(from + d, n), scale), to + d, n); });
    return;
  }
  const auto cosine = matrix<float>(r.input.rotary.cosine);
  const auto sine = matrix<float>(r.input.rotary.sine);
  for (std::int64_t i = r.begin; i < r.begin + r.rows; ++i, from += x.stride, to += width) {
    const std::int64_t p = r.positions != nullptr ? r.positions[i] : i - r.start;
    turn_head<Turn::on>({from, to, cosine.row(p), sine.row(p), width / 2}, scale);
  }
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(rotate_heads);
GROEL_EXPORT(rotate_rows);
namespace cpu {

void rotate(const RotaryRow& row) { GROEL_DISPATCH(rotate_heads)(row); }
void rotate_head(const HeadRotation& rotation, float* to) { GROEL_DISPATCH(rotate_rows)(rotation, to); }

}  // namespace cpu
}  // namespace groel::ops
#endif
