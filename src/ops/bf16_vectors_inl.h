// Vectors of 16 values and of 16 pairs, as the kernels in AVX-512's bf16 instructions use them.
//
// A product takes pairs, of which the products are added: a pair is one 32-bit lane, its first value in the low half.
#pragma once

#include <cstdint>

#include "ops/bf16_intrinsics.h"

namespace groel::ops::cpu {
namespace {

constexpr int kLanes = 16;

using Pair = std::uint32_t;

GROEL_BF16_INLINE __m512 load_some(const float* from, std::int64_t count) {
  return _mm512_maskz_loadu_ps(first_lanes(count), from);
}

// Bits of 16 values rounded to bf16.
GROEL_BF16_INLINE __m256i rounded(__m512 x) { return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x)); }

GROEL_BF16_INLINE __m512 widened(__m256i bits) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

// Lane i holds (low[i], high[i]).
GROEL_BF16_INLINE __m512i interleave(__m512 low, __m512 high) {
  const __m512i order =
      _mm512_add_epi32(_mm512_set1_epi32(0x00100000),
                       _mm512_mullo_epi32(_mm512_set1_epi32(0x00010001),
                                          _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)));
  return _mm512_permutexvar_epi16(order, reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low)));
}

// 2^x for x <= 0, to 7.5e-5: our minimax fit of degree 3 for the fraction.
GROEL_BF16_INLINE __m512 exp2_weight(__m512 x) {
  const __m512 f = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  __m512 p = _mm512_set1_ps(0.0780245140F);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.226067185F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.695833504F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.999925196F));
  return _mm512_scalef_ps(p, x);
}

// x * Phi(x), Phi(x) = 1/2 + x P(x^2) for |x| <= 4.5: our minimax fit, absolute error of Phi 1.7e-5.
GROEL_BF16_INLINE __m512 gelu(__m512 x) {
  const __m512 limit = _mm512_set1_ps(4.5F);
  const __m512 c = _mm512_min_ps(limit, _mm512_max_ps(_mm512_sub_ps(_mm512_setzero_ps(), limit), x));
  const __m512 s = _mm512_mul_ps(c, c);
  __m512 p = _mm512_set1_ps(3.80567869e-11F);
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-4.00230649e-9F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(1.84616354e-7F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-4.95973472e-6F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(8.72766541e-5F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-0.00107673973F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(0.00972949341F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-0.0662404448F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(0.398866504F));
  return _mm512_mul_ps(x, _mm512_fmadd_ps(p, c, _mm512_set1_ps(0.5F)));
}

}  // namespace
}  // namespace groel::ops::cpu
