// What the readers and writers of array files share: sizes checked for overflow, alignment, and texts for errors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "io/arrays.h"

namespace groel::io {

/// Bytes of a dense array; nothing when a dimension is negative or the product leaves 63 bits.
std::optional<std::uint64_t> dense_bytes(const std::vector<std::int64_t>& shape, DType dtype);

/// `array` itself, or a copy where its bytes are not aligned to the element's size.
Array aligned(Array array);

/// A little-endian unsigned integer at `offset`; the caller has checked that it is there.
template <class T>
T read_little(std::span<const std::byte> bytes, std::size_t offset) {
  static_assert(std::is_unsigned_v<T>);
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(value | static_cast<T>(std::to_integer<T>(bytes[offset + i]) << (8 * i)));
  return value;
}

/// What a file that is not of the expected format seems to be, as a remedy ("it is a Git LFS pointer: …"); empty when
/// unknown. People often hold a pointer, a web page or another format under the right name.
std::string foreign_hint(std::span<const std::byte> bytes);

/// "a, b, c and 4 more", to keep an error that lists names readable.
std::string list_names(const std::vector<std::string>& names);

/// Whether text is well-formed UTF-8 (JSON can hold nothing else).
bool valid_utf8(std::string_view text) noexcept;

/// The remedy for a file that is cut short or altered.
inline constexpr const char* kDamaged = "the file is truncated or damaged: fetch or copy it again";

}  // namespace groel::io
