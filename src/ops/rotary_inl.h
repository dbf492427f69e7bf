// Rotation of one head of one token; included once per Highway target, so without #pragma once.
#if defined(GROEL_OPS_ROTARY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GROEL_OPS_ROTARY_INL_H_
#undef GROEL_OPS_ROTARY_INL_H_
#else
#define GROEL_OPS_ROTARY_INL_H_
#endif

#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {

/// Two halves from x to y (which may be x), by the cosines and sines of a position.
struct HeadTurn {
  const float* x;
  float* y;
  const float* cosine;
  const float* sine;
  std::int64_t half;
};

enum class Turn { on, back };

/// A head of one whole vector: its halves change places in a register. The same bits as by halves.
template <Turn kTurn>
HWY_INLINE void turn_vector(const HeadTurn& head, Vector scale) {
#if HWY_TARGET != HWY_SCALAR
  const hn::Half<Tag> half;
  const auto c = hn::LoadU(half, head.cosine);
  const auto s = hn::LoadU(half, head.sine);
  const Vector cosine = hn::Combine(kTag, c, c);
  const Vector sine = kTurn == Turn::on ? hn::Combine(kTag, s, hn::Neg(s)) : hn::Combine(kTag, hn::Neg(s), s);
  const Vector x = hn::Mul(hn::LoadU(kTag, head.x), scale);
  hn::StoreU(hn::MulAdd(hn::ConcatLowerUpper(kTag, x, x), sine, hn::Mul(x, cosine)), kTag, head.y);
#else
  (void)head;
  (void)scale;
#endif
}

/// y = turned(x * scale).
template <Turn kTurn>
HWY_INLINE void turn_head(const HeadTurn& head, Vector scale) {
  if (2 * head.half == lanes()) return turn_vector<kTurn>(head, scale);
  for_vectors(head.half, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector a = hn::Mul(load(head.x + i, n), scale);
    const Vector b = hn::Mul(load(head.x + head.half + i, n), scale);
    const Vector cosine = load(head.cosine + i, n);
    Vector sine = load(head.sine + i, n);
    if (kTurn == Turn::back) sine = hn::Neg(sine);
    store(hn::NegMulAdd(b, sine, hn::Mul(a, cosine)), head.y + i, n);
    store(hn::MulAdd(a, sine, hn::Mul(b, cosine)), head.y + head.half + i, n);
  });
}

}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
