// Finds numbers that are not finite (exponents with every bit set), and compares bytes.
#include "ops/compare.h"

#include <cstring>

#include "base/error.h"
#include "ops/backend_cpu.h"

namespace groel::ops {
namespace {

template <class Bits>
bool any_exponent_full(const std::byte* data, std::size_t count, Bits mask) {
  Bits found = 0;  // of the elements' width: then the loop is made of vectors
  for (std::size_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, data + i * sizeof bits, sizeof bits);
    found |= static_cast<Bits>((bits & mask) == mask);
  }
  return found != 0;
}

}  // namespace

bool all_finite(std::span<const std::byte> bytes, DType dtype) {
  const std::size_t count = bytes.size() / size_of(dtype);
  if (dtype == DType::f64) return !any_exponent_full<std::uint64_t>(bytes.data(), count, 0x7ff0000000000000U);
  if (dtype == DType::f32) return !any_exponent_full<std::uint32_t>(bytes.data(), count, 0x7f800000U);
  if (dtype == DType::bf16) return !any_exponent_full<std::uint16_t>(bytes.data(), count, 0x7f80U);
  if (dtype == DType::f16) return !any_exponent_full<std::uint16_t>(bytes.data(), count, 0x7c00U);
  return true;
}

bool all_finite(const Tensor& x) {
  if (!x.defined() || x.count() == 0) return true;
  return backend(x).all_finite(x);
}

bool equal(const Tensor& a, const Tensor& b) {
  GROEL_REQUIRE(a.contiguous() && b.contiguous() && a.dtype() == DType::f32 && b.dtype() == DType::f32);
  return a.shape() == b.shape() && backend(a).equal(a, b);
}

namespace cpu {

bool all_finite(const Tensor& x) {
  if (x.contiguous()) return ops::all_finite({x.raw_data(), x.bytes()}, x.dtype());
  const std::size_t row = static_cast<std::size_t>(x.size(1)) * size_of(x.dtype());
  const std::size_t step = static_cast<std::size_t>(x.row_stride()) * size_of(x.dtype());
  for (std::int64_t i = 0; i < x.size(0); ++i)
    if (!ops::all_finite({x.raw_data() + static_cast<std::size_t>(i) * step, row}, x.dtype())) return false;
  return true;
}

bool equal(const Tensor& a, const Tensor& b) { return std::memcmp(a.raw_data(), b.raw_data(), a.bytes()) == 0; }

}  // namespace cpu
}  // namespace groel::ops
