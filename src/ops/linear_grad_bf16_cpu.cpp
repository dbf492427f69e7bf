// linear_grad's panels and product by AVX-512's bf16 dot products: a word is two rows' values, so a step sums two rows
// at once.
#include "ops/bf16_intrinsics.h"
#include "ops/linear_grad_impl.h"

#if defined(__x86_64__)

#include <algorithm>
#include <cstring>

#include "ops/bf16_vectors_inl.h"
#include "ops/view.h"

namespace groel::ops::cpu {
namespace {

constexpr int kVectors = kPairPanel / kLanes;

GROEL_BF16_INLINE __m512 load_values(const float* from, __mmask16 mask) { return _mm512_maskz_loadu_ps(mask, from); }
GROEL_BF16_INLINE __m512 load_values(const bf16_t* from, __mmask16 mask) {
  return widened(_mm256_maskz_loadu_epi16(mask, from));
}

/// Two rows of a run; the second is null after an odd last one, and counts as zeros.
template <class T>
struct RowPair {
  const T* low;
  const T* high;
};

GROEL_BF16_INLINE __m512i words(RowPair<float> rows, std::int64_t column, __mmask16 mask) {
  const __m512 high = rows.high == nullptr ? _mm512_setzero_ps() : load_values(rows.high + column, mask);
  return interleave(load_values(rows.low + column, mask), high);
}

GROEL_BF16_INLINE __m512i words(RowPair<bf16_t> rows, std::int64_t column, __mmask16 mask) {
  const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, rows.low + column));
  if (rows.high == nullptr) return low;
  const __m512i high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, rows.high + column));
  return _mm512_or_si512(low, _mm512_slli_epi32(high, 16));
}

template <class T>
struct Run {
  Matrix<const T> in;
  std::int64_t index;
  const GradPanels& to;

  RowPair<T> rows(std::int64_t r) const { return {in.row(r), r + 1 < in.rows ? in.row(r + 1) : nullptr}; }
};

template <class T>
GROEL_BF16 void pack_wide(const Run<T>& run, std::int64_t panel) {
  std::uint32_t* to = run.to.panel(run.index, panel);
  for (std::int64_t r = 0; r < run.in.rows; r += 2)
    for (std::int64_t v = 0; v < kVectors; ++v, to += kLanes) {
      const std::int64_t column = panel * kPairPanel + v * kLanes;
      const __mmask16 mask = first_lanes(std::max<std::int64_t>(0, run.in.columns - column));
      _mm512_storeu_si512(to, words(run.rows(r), column, mask));
    }
}

constexpr int kBlockVectors = 3;
constexpr std::int64_t kBlockPanels = kBlockVectors * kLanes / kGradOut;

// Panels of kGradOut columns, as many as fill whole vectors; and the sums of their columns.
template <class T>
GROEL_BF16 void pack_narrow(const Run<T>& run, std::int64_t panel, float* sums) {
  alignas(64) std::uint32_t block[kBlockVectors * kLanes];
  const std::int64_t panels = std::min(kBlockPanels, run.to.panels - panel);
  const std::int64_t column = panel * kGradOut;
  __mmask16 mask[kBlockVectors];
  __m512 sum[kBlockVectors];
  for (int v = 0; v < kBlockVectors; ++v) {
    mask[v] = first_lanes(std::max<std::int64_t>(0, run.in.columns - column - v * kLanes));
    sum[v] = _mm512_setzero_ps();
  }
  for (std::int64_t r = 0; r < run.in.rows; r += 2) {
    const RowPair<T> rows = run.rows(r);
    for (int v = 0; v < kBlockVectors; ++v) {
      const std::int64_t at = column + v * kLanes;
      _mm512_store_si512(block + v * kLanes, words(rows, at, mask[v]));
      sum[v] = _mm512_add_ps(sum[v], load_values(rows.low + at, mask[v]));
      if (rows.high != nullptr) sum[v] = _mm512_add_ps(sum[v], load_values(rows.high + at, mask[v]));
    }
    for (std::int64_t p = 0; p < panels; ++p)
      std::memcpy(run.to.panel(run.index, panel + p) + r / 2 * kGradOut, block + p * kGradOut, kGradOut * 4);
  }
  for (int v = 0; v < kBlockVectors && sums != nullptr; ++v)
    _mm512_mask_storeu_ps(sums + column + v * kLanes, mask[v], sum[v]);
}

template <class T>
void pack_run(const Tensor& x, std::int64_t index, const GradPanels& to, float* sums) {
  const auto all = matrix<T>(x);
  const std::int64_t begin = index * kGradRows;
  const Run<T> run{{all.row(begin), std::min(kGradRows, all.rows - begin), all.columns, all.stride}, index, to};
  if (to.width == kPairPanel)
    for (std::int64_t p = 0; p < to.panels; ++p) pack_wide(run, p);
  else
    for (std::int64_t p = 0; p < to.panels; p += kBlockPanels) pack_narrow(run, p, sums);
}

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

void pack_pairs_run(const Tensor& x, std::int64_t run, const GradPanels& to, float* sums) {
  x.dtype() == DType::f32 ? pack_run<float>(x, run, to, sums) : pack_run<bf16_t>(x, run, to, sums);
}

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
// No such processor
void pack_pairs_run(const Tensor&, std::int64_t, const GradPanels&, float*) { GROEL_REQUIRE(false); }
void grad_tile_pairs(const GradTile&) { GROEL_REQUIRE(false); }
}  // namespace groel::ops::cpu

#endif
