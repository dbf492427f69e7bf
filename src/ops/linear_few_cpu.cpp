// Products of few rows in f32, for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/linear_few_cpu.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <type_traits>

#include "base/simd_dispatch.h"
#include "ops/linear_few.h"
#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

constexpr std::int64_t kAhead = 32;  // rows of the weight that are asked for before they are wanted
constexpr int kVectors = 2;          // of columns at a time: with six rows their sums fill 12 of 16 registers
constexpr std::int64_t kRowsAtOnce = 6;

/// R rows of x by V vectors of one block's columns.
template <int R, int V, class Stored>
HWY_INLINE void columns(const cpu::PanelLayout& layout, const float* x, const Stored* weight, float* y) {
  Vector total[R][V];
  for (auto& row : total)
    for (Vector& one : row) one = hn::Zero(kTag);
  for (std::int64_t begin = 0; begin < layout.in; begin += layout.run) {
    Vector sum[R][V];
    for (auto& row : sum)
      for (Vector& one : row) one = hn::Zero(kTag);
    const std::int64_t end = std::min(layout.in, begin + layout.run);
    for (std::int64_t k = begin; k < end; ++k) {
      Vector w[V];
      if constexpr (sizeof(Stored) == 1) hwy::Prefetch(weight + (k + kAhead) * layout.block);  // 15 % faster so
      for (int v = 0; v < V; ++v) w[v] = load(weight + k * layout.block + v * lanes(), lanes());
      for (int r = 0; r < R; ++r) {
        const Vector factor = hn::Set(kTag, x[r * layout.in + k]);
        for (int v = 0; v < V; ++v) sum[r][v] = hn::MulAdd(factor, w[v], sum[r][v]);
      }
    }
    for (int r = 0; r < R; ++r)
      for (int v = 0; v < V; ++v) total[r][v] = begin == 0 ? sum[r][v] : hn::Add(total[r][v], sum[r][v]);
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) hn::StoreU(total[r][v], kTag, y + r * layout.out + v * lanes());
}

/// Up to kRowsAtOnce rows of x by `count` columns of one block: with fewer rows more columns at a time, so that memory
/// is read in longer pieces.
template <class Stored>
HWY_INLINE void some_rows(const cpu::PanelLayout& layout, std::int64_t rows, std::int64_t count, const float* x,
                          const Stored* weight, float* y) {
  const auto all = [&](auto r, auto v) {
    constexpr int R = decltype(r)::value, V = decltype(v)::value;
    for (std::int64_t c = 0; c < count; c += V * lanes()) columns<R, V>(layout, x, weight + c, y + c);
  };
  using std::integral_constant;
  const std::int64_t vectors = count / lanes();
  if (rows == 1 && vectors % 8 == 0) return all(integral_constant<int, 1>(), integral_constant<int, 8>());
  if (rows == 1 && vectors % 4 == 0) return all(integral_constant<int, 1>(), integral_constant<int, 4>());
  if (rows == 2 && vectors % 4 == 0) return all(integral_constant<int, 2>(), integral_constant<int, 4>());
  switch (rows) {
    case 1: return all(integral_constant<int, 1>(), integral_constant<int, kVectors>());
    case 2: return all(integral_constant<int, 2>(), integral_constant<int, kVectors>());
    case 3: return all(integral_constant<int, 3>(), integral_constant<int, kVectors>());
    case 4: return all(integral_constant<int, 4>(), integral_constant<int, kVectors>());
    case 5: return all(integral_constant<int, 5>(), integral_constant<int, kVectors>());
    default: return all(integral_constant<int, 6>(), integral_constant<int, kVectors>());
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

// A piece's weights stay in the cache for all rows: a block, or as much of a panel that is not in blocks.
template <class Stored>
void few_rows_of(const cpu::PanelLayout& layout, std::int64_t rows, const float* x, const Stored* packed, float* y) {
  constexpr std::int64_t kWide = 64;
  const std::int64_t step = kVectors * lanes(), full = layout.out / step * step;
  const std::int64_t piece = std::min(layout.block, std::max(step, kWide / step * step));
  for (std::int64_t c = 0; c < full; c += piece) {
    const std::int64_t count = std::min({piece, full - c, layout.block - c % layout.block});
    const Stored* weight = packed + c / layout.block * layout.block * layout.in + c % layout.block;
    for (std::int64_t r = 0; r < rows; r += kRowsAtOnce)
      some_rows(layout, std::min(kRowsAtOnce, rows - r), count, x + r * layout.in, weight, y + r * layout.out + c);
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
void widen_rows(const cpu::Widening& how, const From* from, To* to) {
  for (std::int64_t r = 0; r < how.rows; ++r)
    for_vectors(how.columns, [&](std::int64_t i, std::int64_t n) {
      store(load(from + r * how.columns + i, n), to + r * how.stride + i, n);
    });
}

void widen_panel(const cpu::Widening& how, const std::byte* packed, std::byte* out) {
  const auto* integers = reinterpret_cast<const std::int8_t*>(packed);
  if (how.input == DType::bf16)
    widen_rows(how, integers, reinterpret_cast<bf16_t*>(out));
  else if (how.stored == DType::i8)
    widen_rows(how, integers, reinterpret_cast<float*>(out));
  else
    widen_rows(how, reinterpret_cast<const bf16_t*>(packed), reinterpret_cast<float*>(out));
}

void narrow_panel(const cpu::Widening& how, const float* wide, std::byte* packed) {
  for (std::int64_t r = 0; r < how.rows; ++r) {
    const float* from = wide + r * how.stride;
    if (how.stored == DType::bf16) {
      auto* to = reinterpret_cast<bf16_t*>(packed) + r * how.columns;
      for_vectors(how.columns, [&](std::int64_t i, std::int64_t n) { store(load(from + i, n), to + i, n); });
    } else {
      auto* to = reinterpret_cast<std::int8_t*>(packed) + r * how.columns;
      for (std::int64_t i = 0; i < how.columns; ++i) to[i] = static_cast<std::int8_t>(from[i]);
    }
  }
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
GROEL_EXPORT(narrow_panel);
GROEL_EXPORT(narrowest_block);
namespace cpu {

void few_rows_f32(const PanelLayout& layout, std::int64_t rows, const float* x, const float* packed, float* y) {
  GROEL_DISPATCH(few_rows)(layout, rows, x, reinterpret_cast<const std::byte*>(packed), DType::f32, y);
}
void few_rows_widened(const PanelLayout& layout, std::int64_t rows, const float* x, const std::byte* packed,
                      DType stored, float* y) {
  GROEL_DISPATCH(few_rows)(layout, rows, x, packed, stored, y);
}
void widen(const Widening& how, const std::byte* packed, std::byte* out) {
  GROEL_DISPATCH(widen_panel)(how, packed, out);
}
void narrow(const Widening& how, const float* wide, std::byte* packed) {
  GROEL_DISPATCH(narrow_panel)(how, wide, packed);
}
std::int64_t narrowest_few_rows_block() { return GROEL_DISPATCH(narrowest_block)(); }

}  // namespace cpu
}  // namespace groel::ops
#endif
