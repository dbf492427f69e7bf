// Windows on the CPU: one run of memory each, as the rows of a sequence lie one after the other.
#include "ops/windows.h"

#include <algorithm>
#include <span>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

constexpr std::int64_t kRows = 64;  // of a task

void check(const Tensor& x, const Tensor& y, const Windows& windows) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32 && x.contiguous());
  GROEL_REQUIRE(windows.kernel > 0 && windows.kernel % 2 == 1);
  GROEL_REQUIRE(0 <= windows.begin && windows.begin <= windows.end && windows.end <= x.size(0));
  GROEL_REQUIRE(y.dtype() == DType::f32 && y.contiguous());
  GROEL_REQUIRE(y.shape() == Shape({windows.end - windows.begin, windows.kernel * x.size(1)}));
  sequence_bounds(windows.bounds, x.size(0));
}

struct Range {
  std::int64_t begin, end;
};

// The sequence that a row is of.
Range sequence_of(std::span<const std::int32_t> bounds, std::int64_t row) {
  const auto after = std::upper_bound(bounds.begin(), bounds.end(), row);
  return {*(after - 1), *after};
}

// body(row, its sequence) for rows [begin, end), on all threads.
template <class Body>
void for_rows(const Tensor& bounds, Range rows, const Body& body) {
  const auto all = bounds.values<std::int32_t>();
  parallel_for(ceil_div(rows.end - rows.begin, kRows), [&](std::int64_t task) {
    const std::int64_t first = rows.begin + task * kRows;
    Range sequence{0, 0};
    for (std::int64_t row = first; row < std::min(rows.end, first + kRows); ++row) {
      if (row >= sequence.end) sequence = sequence_of(all, row);
      body(row, sequence);
    }
  });
}

}  // namespace

Tensor gather_windows(const Tensor& x, const Windows& windows) {
  Tensor y = Tensor::empty({windows.end - windows.begin, windows.kernel * x.size(1)}, DType::f32, x.device());
  check(x, y, windows);
  backend(x).gather_windows(x, windows, y);
  return y;
}

void add_windows(const Tensor& dy, const Windows& windows, Tensor& dx) {
  check(dx, dy, windows);
  backend(dx).add_windows(dy, windows, dx);
}

namespace cpu {

void gather_windows(const Tensor& x, const Windows& windows, Tensor& y) {
  const ProfileScope scope("windows");
  const std::int64_t width = x.size(1), half = windows.kernel / 2;
  const float* from = x.data<float>();
  float* const out = y.mutable_data<float>();
  for_rows(windows.bounds, {windows.begin, windows.end}, [&](std::int64_t row, Range sequence) {
    float* to = out + (row - windows.begin) * windows.kernel * width;
    const std::int64_t first = std::max(sequence.begin, row - half), last = std::min(sequence.end, row + half + 1);
    to = std::fill_n(to, (first - (row - half)) * width, 0.0F);
    to = std::copy_n(from + first * width, (last - first) * width, to);
    std::fill_n(to, (row + half + 1 - last) * width, 0.0F);
  });
}

void add_windows(const Tensor& dy, const Windows& windows, Tensor& dx) {
  const ProfileScope scope("windows");
  const std::int64_t width = dx.size(1), half = windows.kernel / 2;
  const float* from = dy.data<float>();
  float* const out = dx.mutable_data<float>();
  const Range rows{std::max<std::int64_t>(0, windows.begin - half), std::min(dx.size(0), windows.end + half)};
  for_rows(windows.bounds, rows, [&](std::int64_t row, Range sequence) {
    const std::int64_t first = std::max({sequence.begin, row - half, windows.begin});
    const std::int64_t last = std::min({sequence.end, row + half + 1, windows.end});
    for (std::int64_t t = first; t < last; ++t) {
      const float* part = from + ((t - windows.begin) * windows.kernel + row - t + half) * width;
      for (std::int64_t i = 0; i < width; ++i) out[row * width + i] += part[i];
    }
  });
}

}  // namespace cpu
}  // namespace groel::ops
