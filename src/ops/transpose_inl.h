// Square tiles of vectors with rows and columns exchanged; included once per Highway target, so without #pragma once.
#if defined(GROEL_OPS_TRANSPOSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef GROEL_OPS_TRANSPOSE_INL_H_
#undef GROEL_OPS_TRANSPOSE_INL_H_
#else
#define GROEL_OPS_TRANSPOSE_INL_H_
#endif

#include <algorithm>

#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {

/// As many vectors as a vector has lanes.
struct VectorTile {
  Vector row[kMaxLanes];
};

#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR

HWY_INLINE void transpose(VectorTile& tile) {
  HWY_ALIGN float from[kMaxLanes * kMaxLanes];
  HWY_ALIGN float to[kMaxLanes * kMaxLanes];
  for (std::size_t i = 0; i < kMaxLanes; ++i) hn::Store(tile.row[i], kTag, from + i * kMaxLanes);
  for (std::size_t i = 0; i < kMaxLanes; ++i)
    for (std::size_t j = 0; j < kMaxLanes; ++j) to[j * kMaxLanes + i] = from[i * kMaxLanes + j];
  for (std::size_t i = 0; i < kMaxLanes; ++i) tile.row[i] = hn::Load(kTag, to + i * kMaxLanes);
}

#else

/// Of four vectors, lane c of each 16-byte block becomes that block of vector c.
HWY_INLINE void transpose_in_blocks(Vector* v) {
  const hn::Repartition<double, Tag> pairs;
  const auto pair = [&](Vector x) HWY_ATTR { return hn::BitCast(pairs, x); };
  const auto low01 = pair(hn::InterleaveLower(kTag, v[0], v[1]));
  const auto high01 = pair(hn::InterleaveUpper(kTag, v[0], v[1]));
  const auto low23 = pair(hn::InterleaveLower(kTag, v[2], v[3]));
  const auto high23 = pair(hn::InterleaveUpper(kTag, v[2], v[3]));
  v[0] = hn::BitCast(kTag, hn::InterleaveLower(pairs, low01, low23));
  v[1] = hn::BitCast(kTag, hn::InterleaveUpper(pairs, low01, low23));
  v[2] = hn::BitCast(kTag, hn::InterleaveLower(pairs, high01, high23));
  v[3] = hn::BitCast(kTag, hn::InterleaveUpper(pairs, high01, high23));
}

/// Even blocks of a, each followed by that of b; and the odd ones.
HWY_INLINE Vector even_blocks(Vector a, Vector b) { return hn::OddEvenBlocks(hn::SwapAdjacentBlocks(b), a); }
HWY_INLINE Vector odd_blocks(Vector a, Vector b) { return hn::OddEvenBlocks(b, hn::SwapAdjacentBlocks(a)); }

HWY_INLINE void transpose(VectorTile& tile) {
  constexpr std::size_t kBlocks = kMaxLanes / 4;
#pragma GCC unroll 4
  for (std::size_t g = 0; g < kBlocks; ++g) transpose_in_blocks(tile.row + 4 * g);
  // Block b of vector c of group g belongs to row 4b + c, as its block g.
  if constexpr (kBlocks == 2) {
#pragma GCC unroll 4
    for (std::size_t c = 0; c < 4; ++c) {
      const Vector a = tile.row[c], b = tile.row[4 + c];
      tile.row[c] = even_blocks(a, b);
      tile.row[4 + c] = odd_blocks(a, b);
    }
  }
  if constexpr (kBlocks == 4) {
#pragma GCC unroll 4
    for (std::size_t c = 0; c < 4; ++c) {
      const Vector even01 = even_blocks(tile.row[c], tile.row[4 + c]);
      const Vector odd01 = odd_blocks(tile.row[c], tile.row[4 + c]);
      const Vector even23 = even_blocks(tile.row[8 + c], tile.row[12 + c]);
      const Vector odd23 = odd_blocks(tile.row[8 + c], tile.row[12 + c]);
      tile.row[c] = hn::ConcatLowerLower(kTag, even23, even01);
      tile.row[4 + c] = hn::ConcatLowerLower(kTag, odd23, odd01);
      tile.row[8 + c] = hn::ConcatUpperUpper(kTag, even23, even01);
      tile.row[12 + c] = hn::ConcatUpperUpper(kTag, odd23, odd01);
    }
  }
}

#endif

/// Rows [0, rows) of tiles beside each other, `columns` wide in all, as columns elsewhere: read(row, column, count)
/// gives up to a vector of a row, write(column, row, count, vector) takes up to a vector of rows.
template <class Read, class Write>
HWY_INLINE void transpose_tiles(std::int64_t rows, std::int64_t columns, const Read& read, const Write& write) {
  const std::int64_t step = lanes();
  for (std::int64_t c = 0; c < columns; c += step) {
    const std::int64_t wide = std::min(step, columns - c);
    for (std::int64_t r = 0; r < rows; r += step) {
      const std::int64_t high = std::min(step, rows - r);
      VectorTile tile;
      if (high == step) {
#pragma GCC unroll 16
        for (std::size_t i = 0; i < kMaxLanes; ++i) tile.row[i] = read(r + static_cast<std::int64_t>(i), c, wide);
      } else {
        for (std::size_t i = 0; i < kMaxLanes; ++i) {
          const auto row = static_cast<std::int64_t>(i);
          tile.row[i] = row < high ? read(r + row, c, wide) : hn::Zero(kTag);
        }
      }
      transpose(tile);
      if (wide == step) {
#pragma GCC unroll 16
        for (std::size_t i = 0; i < kMaxLanes; ++i) write(c + static_cast<std::int64_t>(i), r, high, tile.row[i]);
      } else {
        for (std::int64_t i = 0; i < wide; ++i) write(c + i, r, high, tile.row[i]);
      }
    }
  }
}

}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
