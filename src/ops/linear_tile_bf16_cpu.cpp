// The epilogue of a bf16 product whose result is bf16 too: what rounding hides need not be computed.
#include "ops/bf16_intrinsics.h"
#include "ops/linear_impl.h"

#if defined(__x86_64__)

namespace groel::ops::cpu {
namespace {

constexpr std::int64_t kLanes = 16;

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

template <bool kGelu>
GROEL_BF16 void finish(const Epilogue& t) {
  for (std::int64_t r = 0; r < t.rows; ++r) {
    const float* product = t.product + r * t.product_stride;
    for (std::int64_t i = 0; i < t.columns; i += kLanes) {
      const __mmask16 mask = first_lanes(t.columns - i);
      __m512 v = _mm512_maskz_loadu_ps(mask, product + i);
      if (t.bias != nullptr) v = _mm512_add_ps(v, _mm512_maskz_loadu_ps(mask, t.bias + i));
      if constexpr (kGelu) v = gelu(v);
      if (t.residual != nullptr)
        v = _mm512_add_ps(v, _mm512_maskz_loadu_ps(mask, t.residual + r * t.residual_stride + i));
      _mm256_mask_storeu_epi16(t.y_bf16 + r * t.y_stride + i, mask, reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v)));
    }
  }
}

}  // namespace

void finish_tile_bf16(const Epilogue& tile) {
  switch (tile.activation) {
    case Activation::none: finish<false>(tile); return;
    case Activation::gelu_erf: finish<true>(tile); return;
    case Activation::gelu_tanh: finish_tile(tile); return;
  }
}

}  // namespace groel::ops::cpu

#else

namespace groel::ops::cpu {

void finish_tile_bf16(const Epilogue& tile) { finish_tile(tile); }

}  // namespace groel::ops::cpu

#endif
