// Products of bytes by the 256-bit instructions of processors without AVX-512's: rows of x in u8, a weight in i8, exact
// sums in i32.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/cpu.h"

namespace groel::ops::cpu {

/// x [rows, in] u8 by one packed panel of a weight [out, in] i8. Immutable; any number of threads may run it at once.
/// Sums are exact: in < 2^31 / (255 * 128).
class ByteProduct {
 public:
  /// by: pairs_256 or quads_256.
  ByteProduct(std::int64_t in, std::int64_t out, ByteProducts by) : in_(in), out_(out), by_(by) {}

  std::size_t packed_bytes() const;
  /// weight [out, in] contiguous -> [out / kColumns, in / group, kColumns, group], padded with zeros; a group is 2
  /// or 4.
  void pack(const std::int8_t* weight, std::int8_t* packed) const;
  /// -> y [rows, out], contiguous.
  void run(std::int64_t rows, const std::uint8_t* x, const std::int8_t* packed, std::int32_t* y) const;

  /// Working memory of a thread that runs it.
  static std::size_t scratch_bytes(std::int64_t rows, std::int64_t in, ByteProducts by);

 private:
  std::int64_t in_;
  std::int64_t out_;
  ByteProducts by_;
};

/// Columns that are side by side in a packed panel.
inline constexpr std::int64_t kByteColumns = 16;

/// A product as its kernels take it: x in groups, the last one of a row padded with zeros.
struct ByteTile {
  const std::byte* x;
  std::int64_t x_stride;  ///< bytes between rows of x
  const std::int8_t* packed;
  std::int64_t rows;
  std::int64_t groups;  ///< of a row
  std::int64_t out;
};
/// x widened to i16, by AVX2: a group is a pair.
void multiply_pairs(const ByteTile& tile, std::int32_t* y);
/// By AVX-VNNI's dot products of four bytes.
void multiply_quads(const ByteTile& tile, std::int32_t* y);

}  // namespace groel::ops::cpu
