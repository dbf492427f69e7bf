// The panels and the product of linear_grad in f32, with vector instructions.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/linear_grad_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "base/simd_dispatch.h"
#include "ops/linear_grad_impl.h"
#include "ops/scratch.h"
#include "ops/simd_inl.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

// 6 x 4 sums fill AVX-512's 32 registers, 6 x 2 the 16 of the others.
constexpr int kVectors = (HWY_TARGET & (HWY_AVX3 | HWY_AVX3_DL)) != 0 ? 4 : 2;

std::int64_t panel_width() { return kVectors * lanes(); }

/// One row's words: f32, or rounded.
template <class T>
HWY_INLINE void pack_words(const T* row, std::int64_t columns, cpu::GradWord word, std::uint32_t* HWY_RESTRICT to) {
  auto* floats = reinterpret_cast<float*>(to);
  for_vectors(columns, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector v = load(row + i, n);
    store(word == cpu::GradWord::rounded ? round_to_bf16(v) : v, floats + i, n);
  });
}

template <class T>
HWY_INLINE void add_columns(const T* row, std::int64_t columns, float* sums) {
  for_vectors(columns, [&](std::int64_t i, std::int64_t n)
                           HWY_ATTR { store(hn::Add(load(sums + i, n), load(row + i, n)), sums + i, n); });
}

template <class T>
void pack_run(const Tensor& x, std::int64_t run, const cpu::GradPanels& to, float* sums) {
  thread_local Scratch scratch;
  const auto in = matrix<T>(x);
  const std::int64_t begin = run * cpu::kGradRows;
  const std::int64_t rows = std::min(cpu::kGradRows, in.rows - begin);
  const std::int64_t padded = to.panels * to.width;
  auto* words = reinterpret_cast<std::uint32_t*>(scratch.bytes(static_cast<std::size_t>(padded) * 4));
  std::fill(words, words + padded, 0U);
  for (std::int64_t r = 0; r < rows; ++r) {
    pack_words(in.row(begin + r), in.columns, to.word, words);
    for (std::int64_t p = 0; p < to.panels; ++p)
      std::copy_n(words + p * to.width, to.width, to.panel(run, p) + r * to.width);
    if (sums != nullptr) add_columns(in.row(begin + r), in.columns, sums);
  }
}

void pack_any(const Tensor& x, std::int64_t run, const cpu::GradPanels& to, float* sums) {
  x.dtype() == DType::f32 ? pack_run<float>(x, run, to, sums) : pack_run<bf16_t>(x, run, to, sums);
}

void product_tile(const cpu::GradTile& t) {
  constexpr int kRows = cpu::kGradOut;
  Vector sum[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::Zero(kTag);
  const auto* x = reinterpret_cast<const float*>(t.x);
  const auto* dy = reinterpret_cast<const float*>(t.dy);
  const std::int64_t width = panel_width();
  for (std::int64_t s = 0; s < t.steps; ++s, x += width, dy += kRows) {
    Vector in[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) in[v] = hn::LoadU(kTag, x + v * lanes());
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Vector factor = hn::Set(kTag, dy[r]);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(factor, in[v], sum[r][v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t n = std::min(lanes(), t.columns - v * lanes());
      if (r >= t.rows || n <= 0) continue;
      float* dw = t.dw + r * t.stride + v * lanes();
      store(hn::Add(load(dw, n), sum[r][v]), dw, n);
    }
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(panel_width);
GROEL_EXPORT(pack_any);
GROEL_EXPORT(product_tile);
namespace cpu {

std::int64_t grad_panel_width() { return GROEL_DISPATCH(panel_width)(); }
void pack_grad_run(const Tensor& x, std::int64_t run, const GradPanels& to, float* sums) {
  GROEL_DISPATCH(pack_any)(x, run, to, sums);
}
void grad_tile(const GradTile& tile) { GROEL_DISPATCH(product_tile)(tile); }

}  // namespace cpu
}  // namespace groel::ops
#endif
