// GELU and its derivative in bf16 on AVX-512, computed only as precisely as bf16 can store.
#include "ops/activation_grad_impl.h"
#include "ops/bf16_intrinsics.h"

#if defined(__x86_64__)

#include "ops/bf16_vectors_inl.h"

namespace groel::ops::cpu {
namespace {

// Φ(x) + x φ(x) = 1/2 + x P(x²) for |x| <= 4.5: our minimax fit, absolute error 1.6e-4.
GROEL_BF16_INLINE __m512 gelu_slope(__m512 x) {
  const __m512 limit = _mm512_set1_ps(4.5F);
  const __m512 c = _mm512_min_ps(limit, _mm512_max_ps(_mm512_sub_ps(_mm512_setzero_ps(), limit), x));
  const __m512 s = _mm512_mul_ps(c, c);
  __m512 p = _mm512_set1_ps(-2.21080359e-11F);
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(2.52131982e-9F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-1.26805389e-7F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(3.72193495e-6F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-7.12219407e-5F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(0.000940541562F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-0.00881585572F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(0.0586092919F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(-0.264925659F));
  p = _mm512_fmadd_ps(p, s, _mm512_set1_ps(0.797626138F));
  return _mm512_fmadd_ps(p, c, _mm512_set1_ps(0.5F));
}

GROEL_BF16_INLINE void store_rounded(bf16_t* to, __mmask16 mask, __m512 value) {
  _mm256_mask_storeu_epi16(to, mask, rounded(value));
}

}  // namespace

GROEL_BF16 void gelu_bf16(const bf16_t* x, std::int64_t count, bf16_t* y) {
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const __mmask16 mask = first_lanes(count - i);
    store_rounded(y + i, mask, gelu(widened(_mm256_maskz_loadu_epi16(mask, x + i))));
  }
}

GROEL_BF16 void gelu_grad_bf16(const bf16_t* x, const float* dy, std::int64_t count, bf16_t* dx) {
  for (std::int64_t i = 0; i < count; i += kLanes) {
    const __mmask16 mask = first_lanes(count - i);
    const __m512 slope = gelu_slope(widened(_mm256_maskz_loadu_epi16(mask, x + i)));
    store_rounded(dx + i, mask, _mm512_mul_ps(slope, load_some(dy + i, count - i)));
  }
}

}  // namespace groel::ops::cpu

#else

#include "base/error.h"

namespace groel::ops::cpu {

// No such processor
void gelu_bf16(const bf16_t*, std::int64_t, bf16_t*) { GROEL_REQUIRE(false); }
void gelu_grad_bf16(const bf16_t*, const float*, std::int64_t, bf16_t*) { GROEL_REQUIRE(false); }

}  // namespace groel::ops::cpu

#endif
