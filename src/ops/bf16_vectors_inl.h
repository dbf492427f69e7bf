// Vectors of 16 values and of 16 pairs, as attention in bf16 and its gradient use them.
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

}  // namespace
}  // namespace groel::ops::cpu
