// Counter-based random numbers: each can be drawn alone, so threads, batches and resumed runs change nothing.
#pragma once

#include <array>
#include <cstdint>

namespace groel {

/// Philox4x32-10 (Salmon et al. 2011): four independent 32-bit words for each (key, counter).
inline std::array<std::uint32_t, 4> philox(std::uint64_t key, std::uint64_t counter, std::uint64_t high = 0) noexcept {
  constexpr std::uint32_t kMultiplier0 = 0xD2511F53U;
  constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57U;
  constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;
  constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;
  const auto low_word = [](std::uint64_t wide) { return static_cast<std::uint32_t>(wide); };
  const auto high_word = [](std::uint64_t wide) { return static_cast<std::uint32_t>(wide >> 32); };
  std::array<std::uint32_t, 4> x{low_word(counter), high_word(counter), low_word(high), high_word(high)};
  std::uint32_t key0 = low_word(key);
  std::uint32_t key1 = high_word(key);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{kMultiplier0} * x[0];
    const std::uint64_t p1 = std::uint64_t{kMultiplier1} * x[2];
    x = {high_word(p1) ^ x[1] ^ key0, low_word(p1), high_word(p0) ^ x[3] ^ key1, low_word(p0)};
    key0 += kWeyl0;
    key1 += kWeyl1;
  }
  return x;
}

/// A key for one use of a seed: keys of different (seed, purpose, index) are unrelated. Chain calls to add indices.
inline std::uint64_t derive_key(std::uint64_t seed, std::uint64_t purpose, std::uint64_t index = 0) noexcept {
  const auto x = philox(seed, purpose, index);
  return std::uint64_t{x[1]} << 32 | x[0];
}

/// Uniform in [0, 1) from 32 random bits.
inline float unit_float(std::uint32_t bits) noexcept { return static_cast<float>(bits >> 8) * 0x1p-24F; }
inline double unit_double(std::uint32_t bits) noexcept { return bits * 0x1p-32; }
/// Uniform in [0, below), below > 0, from 32 random bits; the bias is below / 2^32.
inline std::uint32_t index_below(std::uint32_t bits, std::uint32_t below) noexcept {
  return static_cast<std::uint32_t>(std::uint64_t{bits} * below >> 32);
}

}  // namespace groel
