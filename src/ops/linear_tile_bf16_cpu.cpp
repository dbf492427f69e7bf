// The last step of a bf16 product with a bf16 result, computed only as precisely as bf16 can store.
#include "ops/bf16_intrinsics.h"
#include "ops/linear_impl.h"

#if defined(__x86_64__)

#include "ops/bf16_vectors_inl.h"

namespace groel::ops::cpu {
namespace {

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
      _mm256_mask_storeu_epi16(t.y_bf16 + r * t.y_stride + i, mask, rounded(v));
    }
  }
}

}  // namespace

void finish_tile_bf16(const Epilogue& tile) {
  switch (tile.activation) {
    case Activation::none: finish<false>(tile); return;
    case Activation::gelu_erf: finish<true>(tile); return;
    case Activation::gelu_tanh:
    case Activation::relu: finish_tile(tile); return;
  }
}

}  // namespace groel::ops::cpu

#else

namespace groel::ops::cpu {

void finish_tile_bf16(const Epilogue& tile) { finish_tile(tile); }

}  // namespace groel::ops::cpu

#endif
