// Products of few rows in f32, for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/linear_few_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "base/simd_dispatch.h"
#include "ops/linear_few.h"
#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

constexpr int kVectors = 2;  // of columns at a time: with four rows they fill half of 16 registers

/// R rows of x by kVectors vectors of one block's columns.
template <int R, class Stored>
HWY_INLINE void columns(const cpu::PanelLayout& layout, const float* x, const Stored* weight, float* y) {
  Vector total[R][kVectors];
  for (auto& row : total)
    for (Vector& one : row) one = hn::Zero(kTag);
  for (std::int64_t begin = 0; begin < layout.in; begin += layout.run) {
    Vector sum[R][kVectors];
    for (auto& row : sum)
      for (Vector& one : row) one = hn::Zero(kTag);
    const std::int64_t end = std::min(layout.in, begin + layout.run);
    for (std::int64_t k = begin; k < end; ++k) {
      Vector w[kVectors];
      for (int v = 0; v < kVectors; ++v) w[v] = load(weight + k * layout.block + v * lanes(), lanes());
      for (int r = 0; r < R; ++r) {
        const Vector factor = hn::Set(kTag, x[r * layout.in + k]);
        for (int v = 0; v < kVectors; ++v) sum[r][v] = hn::MulAdd(factor, w[v], sum[r][v]);
      }
    }
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < kVectors; ++v) total[r][v] = begin == 0 ? sum[r][v] : hn::Add(total[r][v], sum[r][v]);
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < kVectors; ++v) hn::StoreU(total[r][v], kTag, y + r * layout.out + v * lanes());
}

template <class Stored>
HWY_INLINE void some_rows(const cpu::PanelLayout& layout, std::int64_t rows, const float* x, const Stored* weight,
                          float* y) {
  switch (rows) {
    case 1: columns<1>(layout, x, weight, y); return;
    case 2: columns<2>(layout, x, weight, y); return;
    case 3: columns<3>(layout, x, weight, y); return;
    default: columns<4>(layout, x, weight, y);
  }
}

/// The columns after those that fill vectors, of a block as wide as the panel.
template <class Stored>
HWY_INLINE void last_columns(const cpu::PanelLayout& layout, std::int64_t first, const float* x, const Stored* packed,
                             float* y) {
  for (std::int64_t c = first, n = 0; c < layout.out; c += n) {
    n = std::min(lanes(), layout.out - c);
    Vector total = hn::Zero(kTag);
    for (std::int64_t begin = 0; begin < layout.in; begin += layout.run) {
      Vector sum = hn::Zero(kTag);
      for (std::int64_t k = begin; k < std::min(layout.in, begin + layout.run); ++k)
        sum = hn::MulAdd(hn::Set(kTag, x[k]), load(packed + k * layout.block + c, n), sum);
      total = begin == 0 ? sum : hn::Add(total, sum);
    }
    store(total, y + c, n);
  }
}

// A block's weights stay in the cache for all rows.
template <class Stored>
void few_rows_of(const cpu::PanelLayout& layout, std::int64_t rows, const float* x, const Stored* packed, float* y) {
  const std::int64_t step = kVectors * lanes(), full = layout.out / step * step;
  for (std::int64_t c = 0; c < full; c += step) {
    const Stored* weight = packed + c / layout.block * layout.block * layout.in + c % layout.block;
    for (std::int64_t r = 0; r < rows; r += 4)
      some_rows(layout, std::min<std::int64_t>(4, rows - r), x + r * layout.in, weight, y + r * layout.out + c);
  }
  for (std::int64_t r = 0; r < rows && full < layout.out; ++r)
    last_columns(layout, full, x + r * layout.in, packed, y + r * layout.out);
}

void few_rows(const cpu::PanelLayout& layout, std::int64_t rows, const float* x, const std::byte* packed, DType stored,
              float* y) {
  switch (stored) {
    case DType::bf16: return few_rows_of(layout, rows, x, reinterpret_cast<const bf16_t*>(packed), y);
    case DType::i8: return few_rows_of(layout, rows, x, reinterpret_cast<const std::int8_t*>(packed), y);
    default: return few_rows_of(layout, rows, x, reinterpret_cast<const float*>(packed), y);
  }
}

template <class From, class To>
void widen_all(const From* from, std::int64_t count, To* to) {
  for_vectors(count, [&](std::int64_t i, std::int64_t n) { store(load(from + i, n), to + i, n); });
}

// A narrow panel as the product takes it.
void widen_panel(const std::byte* packed, DType stored, std::int64_t count, std::byte* out, DType input) {
  const auto* integers = reinterpret_cast<const std::int8_t*>(packed);
  if (input == DType::bf16)
    widen_all(integers, count, reinterpret_cast<bf16_t*>(out));
  else if (stored == DType::i8)
    widen_all(integers, count, reinterpret_cast<float*>(out));
  else
    widen_all(reinterpret_cast<const bf16_t*>(packed), count, reinterpret_cast<float*>(out));
}

// Blocks that vectors do not fill are left to others.
std::int64_t narrowest_block() { return kVectors * lanes(); }

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(few_rows);
GROEL_EXPORT(widen_panel);
GROEL_EXPORT(narrowest_block);
namespace cpu {

void few_rows_f32(const PanelLayout& layout, std::int64_t rows, const float* x, const float* packed, float* y) {
  GROEL_DISPATCH(few_rows)(layout, rows, x, reinterpret_cast<const std::byte*>(packed), DType::f32, y);
}
void few_rows_widened(const PanelLayout& layout, std::int64_t rows, const float* x, const std::byte* packed,
                      DType stored, float* y) {
  GROEL_DISPATCH(few_rows)(layout, rows, x, packed, stored, y);
}
void widen(const std::byte* packed, DType stored, std::int64_t count, std::byte* out, DType input) {
  GROEL_DISPATCH(widen_panel)(packed, stored, count, out, input);
}
std::int64_t narrowest_few_rows_block() { return GROEL_DISPATCH(narrowest_block)(); }

}  // namespace cpu
}  // namespace groel::ops
#endif
