// Sizes and names of element types, and half-precision conversion.
#include "base/dtype.h"

#include <array>
#include <bit>

namespace groel {
namespace {

struct Row {
  DType dtype;
  std::size_t size;
  std::string_view name;
};

constexpr std::array<Row, 10> kRows{{
    {DType::f32, 4, "f32"},
    {DType::bf16, 2, "bf16"},
    {DType::f16, 2, "f16"},
    {DType::f64, 8, "f64"},
    {DType::i64, 8, "i64"},
    {DType::i32, 4, "i32"},
    {DType::i16, 2, "i16"},
    {DType::i8, 1, "i8"},
    {DType::u8, 1, "u8"},
    {DType::boolean, 1, "bool"},
}};

}  // namespace

std::size_t size_of(DType dtype) noexcept { return kRows[static_cast<std::size_t>(dtype)].size; }
std::string_view name(DType dtype) noexcept { return kRows[static_cast<std::size_t>(dtype)].name; }

float to_float(f16_t value) noexcept {
  const std::uint32_t sign = static_cast<std::uint32_t>(value.bits & 0x8000U) << 16;
  const std::uint32_t exponent = (value.bits >> 10) & 0x1fU;
  const std::uint32_t fraction = value.bits & 0x3ffU;
  if (exponent == 0) {  // zero and subnormals: fraction * 2^-24
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign ? -magnitude : magnitude;
  }
  const std::uint32_t wide =
      exponent == 31 ? 0x7f800000U | (fraction << 13) : ((exponent + 112) << 23) | (fraction << 13);
  return std::bit_cast<float>(sign | wide);
}

f16_t to_f16(float value) noexcept {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint16_t sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return {static_cast<std::uint16_t>(sign | 0x7e00U)};
  if (magnitude >= 0x477ff000U) return {static_cast<std::uint16_t>(sign | 0x7c00U)};  // rounds to infinity
  if (magnitude < 0x38800000U) {  // subnormal: adding 0.5 aligns the fraction and rounds to nearest even
    const float aligned = std::bit_cast<float>(magnitude) + 0.5F;
    return {static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(aligned) - 0x3f000000U))};
  }
  const std::uint32_t rounded = magnitude + 0xfffU + ((magnitude >> 13) & 1U);
  return {static_cast<std::uint16_t>(sign | ((rounded - 0x38000000U) >> 13))};
}

}  // namespace groel
