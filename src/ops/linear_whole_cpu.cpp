// Rounds rows to whole numbers, and turns sums of whole products into values, for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/linear_whole_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/simd_dispatch.h"
#include "ops/linear_whole.h"
#include "ops/simd_inl.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

using Integers = hn::RebindToSigned<Tag>;
constexpr float kMost = 255;

void store_whole(Vector value, float* to, std::int64_t count) { store(value, to, count); }

void store_whole(Vector value, std::uint8_t* to, std::int64_t count) {
  const hn::Rebind<std::uint8_t, Tag> bytes;
  const auto numbers = hn::DemoteTo(bytes, hn::ConvertTo(Integers(), value));
  if (count == lanes()) {
    hn::StoreU(numbers, bytes, to);
    return;
  }
  HWY_ALIGN std::uint8_t buffer[kMaxLanes];
  hn::Store(numbers, bytes, buffer);
  std::copy_n(buffer, count, to);
}

template <class From, class To>
cpu::WholeRow round_row(const From* from, To* to, std::int64_t width) {
  Vector least = hn::Set(kTag, std::numeric_limits<float>::max());
  Vector most = hn::Neg(least), nothing = hn::Zero(kTag);  // NaN where a value is not finite
  const Vector zero = hn::Zero(kTag);
  std::int64_t i = 0;
  for (; i + lanes() <= width; i += lanes()) {
    const Vector value = load(from + i, lanes());
    least = hn::Min(least, value);
    most = hn::Max(most, value);
    nothing = hn::MulAdd(value, zero, nothing);
  }
  float low = -max_of_lanes(hn::Neg(least)), high = max_of_lanes(most), check = sum_of_lanes(nothing);
  if (i < width) {
    HWY_ALIGN float rest[kMaxLanes];
    hn::Store(load(from + i, width - i), kTag, rest);
    for (std::int64_t k = 0; k < width - i; ++k) {
      low = std::min(low, rest[k]);
      high = std::max(high, rest[k]);
      check += rest[k] * 0;
    }
  }
  const float step = (high - low) / kMost;
  if (check != 0 || !std::isfinite(step)) {
    std::fill_n(to, width, To{});
    return {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::quiet_NaN()};
  }
  const float inverse = step > std::numeric_limits<float>::min() ? 1 / step : 0;  // of a row of one value: all zeros
  const Vector factor = hn::Set(kTag, inverse), shift = hn::Set(kTag, -low * inverse), top = hn::Set(kTag, kMost);
  for_vectors(width, [&](std::int64_t at, std::int64_t n) HWY_ATTR {
    const Vector number = hn::Round(hn::MulAdd(load(from + at, n), factor, shift));
    store_whole(hn::Min(hn::Max(number, zero), top), to + at, n);
  });
  return {step, low};
}

template <class From, class To>
void round_rows(const Tensor& x, const cpu::InputTile& tile, To* out, cpu::WholeRow* meaning) {
  const std::int64_t width = x.size(1), rows = tile.end - tile.begin;
  const From* from = x.data<From>() + tile.begin * x.row_stride();
  for (std::int64_t r = 0; r < rows; ++r) meaning[r] = round_row(from + r * x.row_stride(), out + r * width, width);
  std::fill(out + rows * width, out + tile.padded * width, To{});
  std::fill(meaning + rows, meaning + tile.padded, cpu::WholeRow{});
}

void round_any(const Tensor& x, const cpu::InputTile& tile, std::byte* out, cpu::WholeRow* meaning) {
  auto* floats = reinterpret_cast<float*>(out);
  auto* bytes = reinterpret_cast<std::uint8_t*>(out);
  if (x.dtype() == DType::f32)
    tile.to == DType::u8 ? round_rows<float>(x, tile, bytes, meaning) : round_rows<float>(x, tile, floats, meaning);
  else
    tile.to == DType::u8 ? round_rows<bf16_t>(x, tile, bytes, meaning) : round_rows<bf16_t>(x, tile, floats, meaning);
}

HWY_INLINE Vector load_sum(const float* from, std::int64_t count) { return load(from, count); }

HWY_INLINE Vector load_sum(const std::int32_t* from, std::int64_t count) {
  return hn::ConvertTo(kTag, hn::BitCast(Integers(), load(reinterpret_cast<const float*>(from), count)));
}

template <class Sum>
void to_values(const cpu::WholeTile& tile, Sum* product) {
  for (std::int64_t r = 0; r < tile.rows; ++r) {
    Sum* row = product + r * tile.columns;
    const Vector step = hn::Set(kTag, tile.meaning[r].step), least = hn::Set(kTag, tile.meaning[r].least);
    for_vectors(tile.columns, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
      const Vector of_step = hn::Mul(load_sum(row + i, n), hn::Mul(step, load(tile.scales + i, n)));
      store(hn::MulAdd(least, load(tile.sums + i, n), of_step), reinterpret_cast<float*>(row) + i, n);
    });
  }
}

void values_of_sums(const cpu::WholeTile& tile, void* product) {
  if (tile.summed == DType::i32)
    to_values(tile, static_cast<std::int32_t*>(product));
  else
    to_values(tile, static_cast<float*>(product));
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(round_any);
GROEL_EXPORT(values_of_sums);
namespace cpu {

void whole_rows(const Tensor& x, const InputTile& tile, std::byte* out, WholeRow* meaning) {
  GROEL_DISPATCH(round_any)(x, tile, out, meaning);
}

float to_whole_row(const float* row, std::int64_t in, std::int8_t* numbers) {
  float largest = 0;
  for (std::int64_t i = 0; i < in; ++i) largest = std::max(largest, std::abs(row[i]));
  const float inverse = largest > 0 ? 127 / largest : 0;
  for (std::int64_t i = 0; i < in; ++i)
    numbers[i] = static_cast<std::int8_t>(std::clamp(std::nearbyint(row[i] * inverse), -127.0F, 127.0F));
  return largest / 127;
}

void value_of_whole(const WholeTile& tile, void* product) { GROEL_DISPATCH(values_of_sums)(tile, product); }

}  // namespace cpu
}  // namespace groel::ops
#endif
