// linear_grad's product by AVX-512's bf16 dot products: a word is two rows' values, so a step sums two rows at once.
#include "ops/bf16_intrinsics.h"
#include "ops/linear_grad_impl.h"

#if defined(__x86_64__)

#include <algorithm>
#include <cstring>

namespace groel::ops::cpu {
namespace {

constexpr int kLanes = 16;
constexpr int kVectors = kPairPanel / kLanes;

GROEL_BF16 inline __m512bh as_pairs(__m512i words) {
  __m512bh out;
  std::memcpy(&out, &words, sizeof out);
  return out;
}

GROEL_BF16 inline void add_tile(const GradTile& t, const __m512 (&sum)[kGradOut][kVectors]) {
#pragma GCC unroll 8
  for (int r = 0; r < kGradOut; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t n = std::min<std::int64_t>(kLanes, t.columns - v * kLanes);
      if (r >= t.rows || n <= 0) continue;
      const __mmask16 mask = first_lanes(n);
      float* dw = t.dw + r * t.stride + v * kLanes;
      _mm512_mask_storeu_ps(dw, mask, _mm512_add_ps(_mm512_maskz_loadu_ps(mask, dw), sum[r][v]));
    }
}

}  // namespace

GROEL_BF16 void grad_tile_pairs(const GradTile& t) {
  __m512 sum[kGradOut][kVectors];
#pragma GCC unroll 8
  for (auto& row : sum)
#pragma GCC unroll 8
    for (auto& s : row) s = _mm512_setzero_ps();
  const std::uint32_t* x = t.x;
  const std::uint32_t* dy = t.dy;
  for (std::int64_t step = 0; step < t.steps; ++step, x += kPairPanel, dy += kGradOut) {
    __m512bh in[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) in[v] = as_pairs(_mm512_loadu_si512(x + v * kLanes));
#pragma GCC unroll 8
    for (int r = 0; r < kGradOut; ++r) {
      const __m512bh factor = as_pairs(_mm512_set1_epi32(static_cast<int>(dy[r])));
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sum[r][v] = _mm512_dpbf16_ps(sum[r][v], factor, in[v]);
    }
  }
  add_tile(t, sum);
}

}  // namespace groel::ops::cpu

#else

#include "base/error.h"

namespace groel::ops::cpu {
void grad_tile_pairs(const GradTile&) { GROEL_REQUIRE(false); }  // no such processor
}  // namespace groel::ops::cpu

#endif
