// What random numbers are used for: one seed, with a separate key for each use.
#pragma once

#include <cstdint>

namespace groel::train::purpose {

inline constexpr std::uint64_t kSplit = 1;
inline constexpr std::uint64_t kOrder = 2;
inline constexpr std::uint64_t kCrop = 3;
inline constexpr std::uint64_t kMask = 4;
inline constexpr std::uint64_t kDropout = 5;
inline constexpr std::uint64_t kInitialise = 6;

/// A count as a key.
constexpr std::uint64_t bits(std::int64_t value) { return static_cast<std::uint64_t>(value); }

}  // namespace groel::train::purpose
