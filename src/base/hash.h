// A hash that is the same on every machine and in every version: FNV-1a of 64 bits. Not for secrets, nor for files
// (sha256.h).
#pragma once

#include <cstdint>
#include <string_view>

namespace groel {

class Hash64 {
 public:
  /// A number as a step of its own, whatever its size.
  Hash64& add(std::uint64_t value) {
    value_ = (value_ ^ value) * 0x100000001b3ULL;
    return *this;
  }
  /// Byte by byte; two texts in a row are as the two joined.
  Hash64& add(std::string_view text) {
    for (const char c : text) add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
    return *this;
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

inline std::uint64_t hash64(std::string_view text) { return Hash64().add(text).value(); }

}  // namespace groel
