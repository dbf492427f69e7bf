// Packs weights of bytes, and lays out rows for the kernels.
#include "ops/byte_product.h"

#include <algorithm>
#include <cstring>

#include "ops/scratch.h"
#include "ops/view.h"

namespace groel::ops::cpu {
namespace {

constexpr std::int64_t bytes_of_group(ByteProducts by) { return by == ByteProducts::quads_256 ? 4 : 2; }

// A row of x as the kernel takes it: i16 for pairs, bytes for quads.
std::int64_t bytes_of_row(std::int64_t in, ByteProducts by) { return ceil_div(in, bytes_of_group(by)) * 4; }

}  // namespace

std::size_t ByteProduct::packed_bytes() const {
  const std::int64_t group = bytes_of_group(by_);
  return static_cast<std::size_t>(ceil_div(out_, kByteColumns) * kByteColumns * ceil_div(in_, group) * group);
}

void ByteProduct::pack(const std::int8_t* weight, std::int8_t* packed) const {
  const std::int64_t group = bytes_of_group(by_), groups = ceil_div(in_, group);
  std::fill_n(packed, packed_bytes(), std::int8_t{0});
  for (std::int64_t c = 0; c < out_; ++c) {
    std::int8_t* to = packed + (c / kByteColumns * groups * kByteColumns + c % kByteColumns) * group;
    for (std::int64_t i = 0; i < in_; ++i) to[i / group * kByteColumns * group + i % group] = weight[c * in_ + i];
  }
}

std::size_t ByteProduct::scratch_bytes(std::int64_t rows, std::int64_t in, ByteProducts by) {
  if (by == ByteProducts::quads_256 && in % 4 == 0) return 0;
  return static_cast<std::size_t>(rows * bytes_of_row(in, by));
}

void ByteProduct::run(std::int64_t rows, const std::uint8_t* x, const std::int8_t* packed, std::int32_t* y) const {
  thread_local Scratch scratch;
  const std::int64_t groups = ceil_div(in_, bytes_of_group(by_)), stride = bytes_of_row(in_, by_);
  const std::size_t bytes = scratch_bytes(rows, in_, by_);
  if (bytes == 0) return multiply_quads({reinterpret_cast<const std::byte*>(x), in_, packed, rows, groups, out_}, y);
  std::byte* const copy = scratch.bytes(bytes);
  for (std::int64_t r = 0; r < rows; ++r) {
    std::byte* const to = copy + r * stride;
    if (by_ == ByteProducts::quads_256) {
      std::memcpy(to, x + r * in_, static_cast<std::size_t>(in_));
      std::fill(to + in_, to + stride, std::byte{0});
    } else {
      auto* const wide = reinterpret_cast<std::int16_t*>(to);
      std::copy_n(x + r * in_, in_, wide);
      std::fill(wide + in_, wide + stride / 2, std::int16_t{0});
    }
  }
  const ByteTile tile{copy, stride, packed, rows, groups, out_};
  by_ == ByteProducts::quads_256 ? multiply_quads(tile, y) : multiply_pairs(tile, y);
}

}  // namespace groel::ops::cpu
