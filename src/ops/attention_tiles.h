// AMX's tiles as attention uses them: two operands from each side and four sums; with the hardware, or emulated for
// tests on machines without it.
//
// Sum(i, j) [16 x 16] f32 += a(i) [16 rows, 16 pairs] · b(j) [16 pairs, 16 columns], where a pair is two bf16 values,
// of which the products are added. All tiles are whole: 16 rows of 64 bytes.
#pragma once

#if defined(__x86_64__)

#include <cstdint>
#include <cstring>

#include "ops/bf16_intrinsics.h"

namespace groel::ops::cpu {

inline constexpr std::int64_t kTile = 16;

/// Tiles 0-3 are the sums, 4 and 5 the a, 6 and 7 the b. (The intrinsics want literals.)
struct HardwareTiles {
  // GCC 12's intrinsics do not tell it that they read memory (of a configuration, that they read more than 8 bytes):
  // what was written before must be there.
  GROEL_BF16_INLINE static void finish_writes() { asm volatile("" ::: "memory"); }
  GROEL_BF16_INLINE static void begin() {
    struct alignas(64) Config {
      std::uint8_t palette = 1;
      std::uint8_t start = 0;
      std::uint8_t reserved[14] = {};
      std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    };
    const Config config;
    asm volatile("" ::"r"(&config) : "memory");  // as finish_writes, for what nobody else could see
    _tile_loadconfig(&config);
  }
  GROEL_BF16_INLINE static void end() { _tile_release(); }
  GROEL_BF16_INLINE static void clear() {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  template <int I>
  GROEL_BF16_INLINE static void load_a(const void* from, std::int64_t row_bytes) {
    finish_writes();
    if constexpr (I == 0)
      _tile_loadd(4, from, row_bytes);
    else
      _tile_loadd(5, from, row_bytes);
  }
  template <int J>
  GROEL_BF16_INLINE static void load_b(const void* from, std::int64_t row_bytes) {
    finish_writes();
    if constexpr (J == 0)
      _tile_loadd(6, from, row_bytes);
    else
      _tile_loadd(7, from, row_bytes);
  }
  template <int I>
  GROEL_BF16_INLINE static void multiply() {
    if constexpr (I == 0) {
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
    } else {
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
    }
  }
  /// Sums (I, 0) and (I, 1), side by side.
  template <int I>
  GROEL_BF16_INLINE static void store(float* to, std::int64_t row_bytes) {
    if constexpr (I == 0) {
      _tile_stored(0, to, row_bytes);
      _tile_stored(1, to + kTile, row_bytes);
    } else {
      _tile_stored(2, to, row_bytes);
      _tile_stored(3, to + kTile, row_bytes);
    }
  }
};

/// What the instructions' description says, in plain code; but for denormals, which they flush to zero.
struct EmulatedTiles {
  struct State {
    float sums[2][2][kTile][kTile];
    std::uint32_t a[2][kTile][kTile];
    std::uint32_t b[2][kTile][kTile];
  };
  static State& state() {
    thread_local State instance;
    return instance;
  }
  static void begin() { std::memset(&state(), 0xff, sizeof(State)); }
  static void end() { std::memset(&state(), 0xff, sizeof(State)); }
  static void clear() { std::memset(state().sums, 0, sizeof state().sums); }
  static void copy(void* to, const void* from, std::int64_t row_bytes) {
    for (std::int64_t r = 0; r < kTile; ++r)
      std::memcpy(static_cast<char*>(to) + r * 64, static_cast<const char*>(from) + r * row_bytes, 64);
  }
  template <int I>
  static void load_a(const void* from, std::int64_t row_bytes) {
    copy(state().a[I], from, row_bytes);
  }
  template <int J>
  static void load_b(const void* from, std::int64_t row_bytes) {
    copy(state().b[J], from, row_bytes);
  }
  static float half(std::uint32_t pair, int which) {
    const std::uint32_t bits = which == 0 ? pair << 16 : pair & 0xffff0000U;
    float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  // First and second values of the pairs are summed apart, in order, and then added.
  static float dot(const std::uint32_t (&a)[kTile], const std::uint32_t (&b)[kTile][kTile], int column) {
    float sums[2] = {};
    for (int k = 0; k < kTile; ++k)
      for (const int which : {0, 1}) sums[which] += half(a[k], which) * half(b[k][column], which);
    return sums[0] + sums[1];
  }
  template <int I>
  static void multiply() {
    State& s = state();
    for (int j = 0; j < 2; ++j)
      for (int m = 0; m < kTile; ++m)
        for (int n = 0; n < kTile; ++n) s.sums[I][j][m][n] += dot(s.a[I][m], s.b[j], n);
  }
  template <int I>
  static void store(float* to, std::int64_t row_bytes) {
    for (int j = 0; j < 2; ++j)
      for (std::int64_t r = 0; r < kTile; ++r)
        std::memcpy(reinterpret_cast<char*>(to + j * kTile) + r * row_bytes, state().sums[I][j][r], 64);
  }
};

}  // namespace groel::ops::cpu

#endif
