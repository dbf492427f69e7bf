// Reductions over tokens: one task takes a strip of columns of one segment, so that the order of a sum is fixed.
#include "ops/pool.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/pool_impl.h"
#include "ops/view.h"

namespace groel::ops {

std::int64_t check_segments(const Tensor& x, const Segments& segments) {
  GROEL_REQUIRE(x.rank() == 2 && segments.begin.rank() == 1 && segments.begin.shape() == segments.end.shape());
  const auto begin = segments.begin.values<std::int32_t>();
  const auto end = segments.end.values<std::int32_t>();
  for (std::size_t s = 0; s < begin.size(); ++s)
    GROEL_REQUIRE(0 <= begin[s] && begin[s] <= end[s] && end[s] <= x.size(0));
  return segments.begin.size(0);
}

namespace {

constexpr std::int64_t kStrip = 64;  // columns
constexpr std::int64_t kRun = 1 << 14;

struct Strip {
  std::int64_t begin;  // rows
  std::int64_t end;
  std::int64_t column;
  std::int64_t width;
};

void mean_strip(Matrix<const float> x, const Strip& strip, float* out) {
  std::array<double, kStrip> sum{};
  for (std::int64_t t = strip.begin; t < strip.end; ++t)
    for (std::int64_t i = 0; i < strip.width; ++i) sum[static_cast<std::size_t>(i)] += x.row(t)[strip.column + i];
  const auto count = static_cast<double>(strip.end - strip.begin);
  for (std::int64_t i = 0; i < strip.width; ++i) out[i] = static_cast<float>(sum[static_cast<std::size_t>(i)] / count);
}

// NaN wins, as it does in numpy and torch.
void max_strip(Matrix<const float> x, const Strip& strip, float* out) {
  std::copy_n(x.row(strip.begin) + strip.column, strip.width, out);
  for (std::int64_t t = strip.begin + 1; t < strip.end; ++t)
    for (std::int64_t i = 0; i < strip.width; ++i) {
      const float value = x.row(t)[strip.column + i];
      if (value > out[i] || std::isnan(value)) out[i] = value;
    }
}

Tensor reduced(const Tensor& x, const Segments& segments) {
  GROEL_REQUIRE(x.dtype() == DType::f32);
  return Tensor::zeros({check_segments(x, segments), x.size(1)}, DType::f32, x.device());
}

template <class Reduce>
void reduce(const Tensor& x, const Segments& segments, const Reduce& reduce_strip, Tensor& out) {
  const ProfileScope scope("pooling");
  const auto in = matrix<float>(x);
  const auto y = mutable_matrix<float>(out);
  const std::int64_t count = out.size(0);
  const std::int64_t strips = ceil_div(in.columns, kStrip);
  parallel_for(count * strips, [&](std::int64_t task) {
    const std::int64_t s = task / strips;
    const std::int64_t column = task % strips * kStrip;
    const Strip strip{segments.begin.data<std::int32_t>()[s], segments.end.data<std::int32_t>()[s], column,
                      std::min(kStrip, in.columns - column)};
    if (strip.begin < strip.end) reduce_strip(in, strip, y.row(s) + column);
  });
}

double sum_run(const float* x, std::int64_t count) {
  std::array<double, 8> sums{};
  for (std::int64_t i = 0; i < count; ++i) sums[static_cast<std::size_t>(i % 8)] += x[i];
  return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

// Results of body(first element, count) over runs of a fixed length.
template <class T, class Body>
std::vector<T> for_runs(const Tensor& x, const Body& body) {
  const float* values = x.data<float>();
  const std::int64_t count = x.count();
  std::vector<T> out(static_cast<std::size_t>(ceil_div(count, kRun)));
  parallel_for(static_cast<std::int64_t>(out.size()), [&](std::int64_t run) {
    out[static_cast<std::size_t>(run)] = body(values + run * kRun, std::min(kRun, count - run * kRun));
  });
  return out;
}

}  // namespace

Tensor segment_mean(const Tensor& x, const Segments& segments) {
  Tensor out = reduced(x, segments);
  backend(x).segment_mean(x, segments, out);
  return out;
}

Tensor segment_max(const Tensor& x, const Segments& segments) {
  Tensor out = reduced(x, segments);
  backend(x).segment_max(x, segments, out);
  return out;
}

double sum(const Tensor& x) {
  const Tensor packed = x.contiguous() ? x : x.clone();
  return backend(x).sum(packed);
}

namespace cpu {

void segment_mean(const Tensor& x, const Segments& segments, Tensor& y) { reduce(x, segments, mean_strip, y); }
void segment_max(const Tensor& x, const Segments& segments, Tensor& y) { reduce(x, segments, max_strip, y); }

double sum(const Tensor& x) {
  double total = 0;
  for (const double part : for_runs<double>(x, sum_run)) total += part;
  return total;
}

}  // namespace cpu
}  // namespace groel::ops
