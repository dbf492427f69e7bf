// The header of NumPy's array format (NPY 1.0): element type, order and shape as a Python dict in text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/dtype.h"

namespace groel::io {

/// Element type as NumPy spells it: a kind ('f', 'i', 'u', 'b', 'U' or 'S') and its size in bytes ('U': in code
/// points).
struct NpyType {
  char kind = 'f';
  std::uint64_t size = 4;

  std::uint64_t bytes() const noexcept { return kind == 'U' ? 4 * size : size; }
};

/// Error: unsupported for bf16, which NumPy has not.
NpyType npy_type(DType dtype);

/// Magic, version, and the header padded so that the data after it starts at a multiple of 64 bytes.
std::string npy_header(NpyType type, const std::vector<std::int64_t>& shape);

struct NpyHeader {
  NpyType type;
  std::vector<std::int64_t> shape;
  std::size_t size = 0;  ///< bytes before the data
};
/// Errors naming `label`: bad_input when malformed; unsupported for big-endian or Fortran-ordered data and for element
/// types other than those of NpyType.
NpyHeader parse_npy_header(std::string_view bytes, const std::string& label);

}  // namespace groel::io
