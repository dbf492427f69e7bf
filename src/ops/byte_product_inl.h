// The kernel of products of bytes, for the file that has said by which instructions: GROEL_BYTES (its functions'
// attribute) and Groups, which says what a group of x and 8 columns of a group of the weight are, and how they add up.
#pragma once

#include <algorithm>
#include <cstring>

#include "ops/byte_product.h"

namespace groel::ops::cpu {
namespace {

constexpr int kVectors = 2;  // of 8 columns: kByteColumns
constexpr int kMostRows = 6;

// R rows by the 16 columns whose weights begin at `weight`.
template <int R>
GROEL_BYTES void multiply_rows(const ByteTile& tile, std::int64_t row, const std::int8_t* weight, std::int32_t* to,
                               std::int64_t columns) {
  __m256i sum[R][kVectors];
#pragma GCC unroll 6
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) sum[r][v] = _mm256_setzero_si256();
  const std::byte* const x = tile.x + row * tile.x_stride;
  for (std::int64_t g = 0; g < tile.groups; ++g) {
    __m256i w[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) w[v] = Groups::weights(weight + (g * kVectors + v) * 8 * Groups::kBytes);
#pragma GCC unroll 6
    for (int r = 0; r < R; ++r) {
      std::int32_t group;
      std::memcpy(&group, x + r * tile.x_stride + g * 4, sizeof group);
      const __m256i all = _mm256_set1_epi32(group);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sum[r][v] = Groups::add(sum[r][v], all, w[v]);
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < R; ++r) {
    alignas(32) std::int32_t out[kByteColumns];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) _mm256_store_si256(reinterpret_cast<__m256i*>(out + v * 8), sum[r][v]);
    std::copy_n(out, columns, to + r * tile.out);
  }
}

GROEL_BYTES void multiply_all(const ByteTile& tile, std::int32_t* y) {
  const std::int64_t block = tile.groups * kByteColumns * Groups::kBytes;
  for (std::int64_t c = 0; c < tile.out; c += kByteColumns) {
    const std::int8_t* const weight = tile.packed + c / kByteColumns * block;
    const std::int64_t columns = std::min(kByteColumns, tile.out - c);
    for (std::int64_t r = 0; r < tile.rows; r += kMostRows) {
      std::int32_t* const to = y + r * tile.out + c;
      switch (std::min<std::int64_t>(kMostRows, tile.rows - r)) {
        case 1: multiply_rows<1>(tile, r, weight, to, columns); break;
        case 2: multiply_rows<2>(tile, r, weight, to, columns); break;
        case 3: multiply_rows<3>(tile, r, weight, to, columns); break;
        case 4: multiply_rows<4>(tile, r, weight, to, columns); break;
        case 5: multiply_rows<5>(tile, r, weight, to, columns); break;
        default: multiply_rows<kMostRows>(tile, r, weight, to, columns);
      }
    }
  }
}

}  // namespace
}  // namespace groel::ops::cpu
