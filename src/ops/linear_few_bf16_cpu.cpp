// Products of few rows in bf16, by AVX-512's dot products.
#include <algorithm>

#include "base/error.h"
#include "ops/bf16_intrinsics.h"
#include "ops/linear_few.h"

#if defined(__x86_64__)

namespace groel::ops::cpu {
namespace {

constexpr std::int64_t kLanes = 16;

// Pairs of weights for kLanes columns; whole numbers become bf16, which has them exactly.
GROEL_BF16_INLINE __m512bh load_pairs(const std::uint32_t* weight) {
  return reinterpret_cast<__m512bh>(_mm512_loadu_si512(weight));
}
GROEL_BF16_INLINE __m512bh load_pairs(const std::uint16_t* weight) {
  const auto* from = reinterpret_cast<const __m128i*>(weight);
  const __m512 low = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(from)));
  const __m512 high = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(from + 1)));
  return _mm512_cvtne2ps_pbh(high, low);
}

// R rows of x by V vectors of one block's columns, pairs [begin, end) of a run; sums of later runs are added. x and
// weight in pairs, of bf16 or (std::uint16_t) of whole numbers.
template <int R, int V, class Pair>
GROEL_BF16 void add_run(const PanelLayout& layout, std::int64_t begin, std::int64_t end, const std::uint32_t* x,
                        const Pair* weight, float* y) {
  const std::int64_t pairs = layout.in / 2;
  __m512 sum[R][V];
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sum[r][v] = _mm512_setzero_ps();
  for (std::int64_t k = begin; k < end; ++k) {
    __m512bh w[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) w[v] = load_pairs(weight + k * layout.block + v * kLanes);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const auto factor = reinterpret_cast<__m512bh>(_mm512_set1_epi32(static_cast<int>(x[r * pairs + k])));
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) sum[r][v] = _mm512_dpbf16_ps(sum[r][v], factor, w[v]);
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      float* const to = y + r * layout.out + v * kLanes;
      _mm512_storeu_ps(to, begin == 0 ? sum[r][v] : _mm512_add_ps(_mm512_loadu_ps(to), sum[r][v]));
    }
}

template <int R, int V, class Pair>
void columns(const PanelLayout& layout, const std::uint32_t* x, const Pair* weight, float* y) {
  const std::int64_t pairs = layout.in / 2, run = layout.run / 2;
  for (std::int64_t begin = 0; begin < pairs; begin += run)
    add_run<R, V>(layout, begin, std::min(pairs, begin + run), x, weight, y);
}

template <int V, class Pair>
void some_rows(const PanelLayout& layout, std::int64_t rows, const std::uint32_t* x, const Pair* weight, float* y) {
  switch (rows) {
    case 1: columns<1, V>(layout, x, weight, y); return;
    case 2: columns<2, V>(layout, x, weight, y); return;
    case 3: columns<3, V>(layout, x, weight, y); return;
    default: columns<4, V>(layout, x, weight, y);
  }
}

template <class Pair>
void few_rows(const PanelLayout& layout, std::int64_t rows, const std::uint32_t* pairs_of_x, const Pair* pairs,
              float* y) {
  const std::int64_t step = layout.block % (4 * kLanes) == 0 ? 4 * kLanes : kLanes;
  for (std::int64_t c = 0; c < layout.out; c += step) {
    const Pair* weight = pairs + c / layout.block * layout.block * (layout.in / 2) + c % layout.block;
    for (std::int64_t r = 0; r < rows; r += 4) {
      const std::int64_t some = std::min<std::int64_t>(4, rows - r);
      const std::uint32_t* from = pairs_of_x + r * (layout.in / 2);
      float* to = y + r * layout.out + c;
      step == kLanes ? some_rows<1>(layout, some, from, weight, to) : some_rows<4>(layout, some, from, weight, to);
    }
  }
}

}  // namespace

void few_rows_bf16(const PanelLayout& layout, std::int64_t rows, const bf16_t* x, const bf16_t* packed, float* y) {
  few_rows(layout, rows, reinterpret_cast<const std::uint32_t*>(x), reinterpret_cast<const std::uint32_t*>(packed), y);
}
void few_rows_bf16(const PanelLayout& layout, std::int64_t rows, const bf16_t* x, const std::int8_t* packed, float* y) {
  few_rows(layout, rows, reinterpret_cast<const std::uint32_t*>(x), reinterpret_cast<const std::uint16_t*>(packed), y);
}

}  // namespace groel::ops::cpu

#else

namespace groel::ops::cpu {

void few_rows_bf16(const PanelLayout&, std::int64_t, const bf16_t*, const bf16_t*, float*) {
  throw Error(ErrorKind::internal, "this processor has no bf16 dot products");
}
void few_rows_bf16(const PanelLayout&, std::int64_t, const bf16_t*, const std::int8_t*, float*) {
  throw Error(ErrorKind::internal, "this processor has no bf16 dot products");
}

}  // namespace groel::ops::cpu

#endif
