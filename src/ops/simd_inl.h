// Vector helpers shared by the kernels; included once per Highway target, so without #pragma once.
#if defined(GROEL_OPS_SIMD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GROEL_OPS_SIMD_INL_H_
#undef GROEL_OPS_SIMD_INL_H_
#else
#define GROEL_OPS_SIMD_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "base/dtype.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::ScalableTag<float>;
using Vector = hn::Vec<Tag>;
constexpr Tag kTag;
constexpr std::size_t kMaxLanes = hn::MaxLanes(kTag);

HWY_INLINE std::int64_t lanes() { return static_cast<std::int64_t>(hn::Lanes(kTag)); }

/// The first `count` lanes from memory, zeros in the others; reads nothing past them.
HWY_INLINE Vector load_some(const float* from, std::int64_t count) {
  const auto mask = hn::FirstN(kTag, static_cast<std::size_t>(count));
#if HWY_TARGET == HWY_EMU128
  HWY_ALIGN float buffer[kMaxLanes] = {};
  for (std::int64_t i = 0; i < count; ++i) buffer[i] = from[i];
  return hn::IfThenElseZero(mask, hn::Load(kTag, buffer));
#else
  return hn::MaskedLoad(mask, kTag, from);
#endif
}

HWY_INLINE void store_some(Vector value, float* to, std::int64_t count) {
  hn::BlendedStore(value, hn::FirstN(kTag, static_cast<std::size_t>(count)), kTag, to);
}

/// Calls body(i, n) over [0, size): n is a constant full vector, then once what is left. Load and Store take that n.
template <class Body>
HWY_INLINE void for_vectors(std::int64_t size, const Body& body) {
  const std::int64_t step = lanes();
  std::int64_t i = 0;
  for (; i + step <= size; i += step) body(i, step);
  if (i < size) body(i, size - i);
}

HWY_INLINE Vector load(const float* from, std::int64_t count) {
  return count == lanes() ? hn::LoadU(kTag, from) : load_some(from, count);
}

HWY_INLINE void store(Vector value, float* to, std::int64_t count) {
  if (count == lanes())
    hn::StoreU(value, kTag, to);
  else
    store_some(value, to, count);
}

/// bf16 bits (nearest even, NaN kept) of each lane, as u32.
HWY_INLINE auto bf16_bits(Vector value) {
  const hn::RebindToUnsigned<Tag> u32;
  const auto bits = hn::BitCast(u32, value);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(u32, 1));
  const auto rounded = hn::ShiftRight<16>(hn::Add(hn::Add(bits, odd), hn::Set(u32, 0x7fff)));
  const auto quiet = hn::Or(hn::ShiftRight<16>(bits), hn::Set(u32, 0x40));
  return hn::IfThenElse(hn::RebindMask(u32, hn::IsNaN(value)), quiet, rounded);
}

HWY_INLINE void store(Vector value, bf16_t* to, std::int64_t count) {
  const hn::RebindToSigned<Tag> i32;
  const hn::Rebind<std::uint16_t, Tag> u16;
  const auto half = hn::DemoteTo(u16, hn::BitCast(i32, bf16_bits(value)));
  if (count == lanes()) {
    hn::StoreU(half, u16, reinterpret_cast<std::uint16_t*>(to));
    return;
  }
  HWY_ALIGN std::uint16_t buffer[kMaxLanes];
  hn::Store(half, u16, buffer);
  for (std::int64_t i = 0; i < count; ++i) to[i].bits = buffer[i];
}

HWY_INLINE Vector load(const bf16_t* from, std::int64_t count) {
  const hn::RebindToUnsigned<Tag> u32;
  const hn::Rebind<std::uint16_t, Tag> u16;
  const auto* bits = reinterpret_cast<const std::uint16_t*>(from);
  HWY_ALIGN std::uint16_t buffer[kMaxLanes] = {};
  if (count != lanes()) {
    for (std::int64_t i = 0; i < count; ++i) buffer[i] = bits[i];
    bits = buffer;
  }
  return hn::BitCast(kTag, hn::ShiftLeft<16>(hn::PromoteTo(u32, hn::LoadU(u16, bits))));
}

HWY_INLINE Vector load(const std::int8_t* from, std::int64_t count) {
  const hn::RebindToSigned<Tag> i32;
  const hn::Rebind<std::int8_t, Tag> i8;
  HWY_ALIGN std::int8_t buffer[kMaxLanes] = {};
  if (count != lanes()) {
    for (std::int64_t i = 0; i < count; ++i) buffer[i] = from[i];
    from = buffer;
  }
  return hn::ConvertTo(kTag, hn::PromoteTo(i32, hn::LoadU(i8, from)));
}

/// Each lane rounded to bf16 and back.
HWY_INLINE Vector round_to_bf16(Vector value) { return hn::BitCast(kTag, hn::ShiftLeft<16>(bf16_bits(value))); }

HWY_INLINE float sum_of_lanes(Vector value) { return hn::GetLane(hn::SumOfLanes(kTag, value)); }
HWY_INLINE float max_of_lanes(Vector value) { return hn::GetLane(hn::MaxOfLanes(kTag, value)); }

/// e^x for x <= 88, within 1 ulp or so; 0 below -87 (where the result would be denormal). NaN stays NaN.
/// x = n ln2 + r with |r| <= ln2 / 2; e^r is a minimax polynomial of degree 6 (relative error 8e-9 before rounding).
HWY_INLINE Vector exp(Vector x) {
  const hn::RebindToSigned<Tag> i32;
  const Vector n = hn::Round(hn::Mul(x, hn::Set(kTag, 1.44269504F)));
  Vector r = hn::NegMulAdd(n, hn::Set(kTag, 0.693359375F), x);
  r = hn::NegMulAdd(n, hn::Set(kTag, -2.12194440e-4F), r);
  Vector p = hn::Set(kTag, 0.00139263256181F);
  p = hn::MulAdd(p, r, hn::Set(kTag, 0.00836329275303F));
  p = hn::MulAdd(p, r, hn::Set(kTag, 0.0416665537626F));
  p = hn::MulAdd(p, r, hn::Set(kTag, 0.166665763056F));
  p = hn::MulAdd(p, r, hn::Set(kTag, 0.5F));
  p = hn::MulAdd(p, hn::Mul(r, r), r);
  p = hn::Add(p, hn::Set(kTag, 1.0F));
  const auto exponent = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(i32, n), hn::Set(i32, 127)));
  const Vector y = hn::Mul(p, hn::BitCast(kTag, exponent));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(kTag, -87.0F)), y);
}

/// 2^x for x <= 0, within 1 ulp or so; 2^-126 below -126. NaN stays NaN.
/// x = n + r with |r| <= 1/2; 2^r is our minimax polynomial of degree 6 (relative error 2e-9 before rounding); n comes
/// out of the sum's last bits, and goes into the result's exponent.
HWY_INLINE Vector exp2_of_negative(Vector x) {
  const hn::RebindToUnsigned<Tag> u32;
  const Vector magic = hn::Set(kTag, 12582912.0F);  // 1.5 * 2^23: the sum has no fraction
  const Vector least = hn::Set(kTag, -126.0F);
#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
  const Vector in = hn::IfThenElse(hn::Lt(x, least), least, x);
#else
  const Vector in = hn::Max(least, x);  // in this order NaN stays
#endif
  const Vector sum = hn::Add(in, magic);
  const Vector r = hn::Sub(in, hn::Sub(sum, magic));
  Vector p = hn::Set(kTag, 0.00015353362F);
  p = hn::MulAdd(p, r, hn::Set(kTag, 0.0013398875F));
  p = hn::MulAdd(p, r, hn::Set(kTag, 0.0096184369F));
  p = hn::MulAdd(p, r, hn::Set(kTag, 0.055503324F));
  p = hn::MulAdd(p, r, hn::Set(kTag, 0.24022648F));
  p = hn::MulAdd(p, r, hn::Set(kTag, 0.69314718F));
  p = hn::MulAdd(p, r, hn::Set(kTag, 1.0F));
  return hn::BitCast(kTag, hn::Add(hn::BitCast(u32, p), hn::ShiftLeft<23>(hn::BitCast(u32, sum))));
}

/// erf(x) = x P(x^2) / Q(x^2), a minimax rational of our own fit on |x| < 3.95 (relative error 2.1e-8 before rounding);
/// beyond, erf is +-1 in f32.
HWY_INLINE Vector erf(Vector x) {
  const Vector s = hn::Mul(x, x);
  Vector p = hn::Set(kTag, 2.02584497261e-6F);
  p = hn::MulAdd(p, s, hn::Set(kTag, 0.000284685807979F));
  p = hn::MulAdd(p, s, hn::Set(kTag, 0.00380823693743F));
  p = hn::MulAdd(p, s, hn::Set(kTag, 0.0528756742966F));
  p = hn::MulAdd(p, s, hn::Set(kTag, 0.191552560692F));
  p = hn::MulAdd(p, s, hn::Set(kTag, 1.12837914378F));
  Vector q = hn::Set(kTag, 3.78310427133e-5F);
  q = hn::MulAdd(q, s, hn::Set(kTag, 0.00117073712409F));
  q = hn::MulAdd(q, s, hn::Set(kTag, 0.0150552462771F));
  q = hn::MulAdd(q, s, hn::Set(kTag, 0.114560489951F));
  q = hn::MulAdd(q, s, hn::Set(kTag, 0.503091712632F));
  q = hn::MulAdd(q, s, hn::Set(kTag, 1.0F));
  const Vector one = hn::Set(kTag, 1.0F);
  const Vector inside = hn::Div(hn::Mul(x, p), q);
  return hn::IfThenElse(hn::Gt(hn::Abs(x), hn::Set(kTag, 3.95F)), hn::CopySign(one, x), inside);
}

HWY_INLINE Vector gelu_erf(Vector x) {
  const Vector half = hn::Mul(x, hn::Set(kTag, 0.5F));
  return hn::MulAdd(half, erf(hn::Mul(x, hn::Set(kTag, 0.70710678118654752F))), half);
}

/// x/2 (1 + tanh u) = x / (1 + e^-2u), u = sqrt(2/pi) (x + 0.044715 x^3).
HWY_INLINE Vector gelu_tanh(Vector x) {
  const Vector cubic = hn::MulAdd(hn::Mul(hn::Mul(x, x), hn::Set(kTag, 0.044715F)), x, x);
  const Vector exponent = hn::Mul(cubic, hn::Set(kTag, -1.5957691216057308F));
  return hn::Div(x, hn::Add(hn::Set(kTag, 1.0F), exp(hn::Min(hn::Set(kTag, 88.0F), exponent))));
}

/// max(x, 0); NaN stays NaN.
HWY_INLINE Vector relu(Vector x) { return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(kTag)), x); }

}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
