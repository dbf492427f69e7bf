// Batch normalisation on the CPU: a task takes a strip of columns, row after row, so that the order of sums is fixed.
#include "ops/batch_norm.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

constexpr std::int64_t kStrip = 64;  // columns
using Sums = std::array<double, kStrip>;

void check_columns(const Tensor& x, const Tensor& vector) {
  GROEL_REQUIRE(vector.defined());
  check_vector(vector, x.size(1));
}

void check(const Tensor& x, const BatchStatistics& statistics, const BatchNormOptions& options) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32);
  for (const Tensor* vector : {&statistics.mean, &statistics.variance, &options.gain, &options.bias})
    check_columns(x, *vector);
}

// body(first column, how many) for every strip.
template <class Body>
void for_strips(std::int64_t columns, const Body& body) {
  parallel_for(ceil_div(columns, kStrip),
               [&](std::int64_t strip) { body(strip * kStrip, std::min(kStrip, columns - strip * kStrip)); });
}

// sums[i] = Σ over rows of term(row, column + i).
template <class Term>
Sums sum_rows(std::int64_t rows, std::int64_t width, const Term& term) {
  Sums sums{};
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t i = 0; i < width; ++i) sums[static_cast<std::size_t>(i)] += term(r, i);
  return sums;
}

double inverse(const BatchStatistics& statistics, const BatchNormOptions& options, std::int64_t column) {
  return 1 / std::sqrt(static_cast<double>(statistics.variance.data<float>()[column]) + options.epsilon);
}

}  // namespace

BatchStatistics batch_statistics(const Tensor& x) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32 && x.size(0) > 0);
  BatchStatistics out{Tensor::empty({x.size(1)}, DType::f32, x.device()),
                      Tensor::empty({x.size(1)}, DType::f32, x.device())};
  backend(x).batch_statistics(x, out);
  return out;
}

Tensor batch_norm(const Tensor& x, const BatchStatistics& statistics, const BatchNormOptions& options) {
  check(x, statistics, options);
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  backend(x).batch_norm(x, statistics, options, y);
  return y;
}

void batch_norm_grad(const BatchNormForward& forward, const BatchNormOptions& options, const Tensor& dy,
                     BatchNormGradients& to) {
  check(forward.x, forward.statistics, options);
  GROEL_REQUIRE(dy.shape() == forward.x.shape() && dy.dtype() == DType::f32);
  GROEL_REQUIRE(!to.x.defined() || to.x.shape() == dy.shape());
  check_vector(to.gain, dy.size(1));
  check_vector(to.bias, dy.size(1));
  backend(dy).batch_norm_grad(forward, options, dy, to);
}

namespace cpu {

void batch_statistics(const Tensor& x, BatchStatistics& to) {
  const ProfileScope scope("batch norm");
  const auto in = matrix<float>(x);
  const auto count = static_cast<double>(in.rows);
  for_strips(in.columns, [&](std::int64_t c, std::int64_t width) {
    const Sums sums =
        sum_rows(in.rows, width, [&](std::int64_t r, std::int64_t i) { return double{in.row(r)[c + i]}; });
    const Sums squares = sum_rows(in.rows, width, [&](std::int64_t r, std::int64_t i) {
      const double d = in.row(r)[c + i] - sums[static_cast<std::size_t>(i)] / count;
      return d * d;
    });
    for (std::int64_t i = 0; i < width; ++i) {
      to.mean.mutable_data<float>()[c + i] = static_cast<float>(sums[static_cast<std::size_t>(i)] / count);
      to.variance.mutable_data<float>()[c + i] = static_cast<float>(squares[static_cast<std::size_t>(i)] / count);
    }
  });
}

void batch_norm(const Tensor& x, const BatchStatistics& statistics, const BatchNormOptions& options, Tensor& y) {
  const ProfileScope scope("batch norm");
  const auto in = matrix<float>(x);
  const auto out = mutable_matrix<float>(y);
  for_strips(in.columns, [&](std::int64_t c, std::int64_t width) {
    std::array<float, kStrip> factor{};
    for (std::int64_t i = 0; i < width; ++i)
      factor[static_cast<std::size_t>(i)] =
          static_cast<float>(inverse(statistics, options, c + i) * options.gain.data<float>()[c + i]);
    const float* mean = statistics.mean.data<float>() + c;
    const float* bias = options.bias.data<float>() + c;
    for (std::int64_t r = 0; r < in.rows; ++r)
      for (std::int64_t i = 0; i < width; ++i)
        out.row(r)[c + i] = (in.row(r)[c + i] - mean[i]) * factor[static_cast<std::size_t>(i)] + bias[i];
  });
}

// With n = (x - mean) / deviation: dx = gain / deviation (dy - mean of dy - n times the mean of dy n), of which only
// the first term is left where the statistics are given.
void batch_norm_grad(const BatchNormForward& forward, const BatchNormOptions& options, const Tensor& dy,
                     BatchNormGradients& to) {
  const ProfileScope scope("batch norm");
  const auto in = matrix<float>(forward.x);
  const auto slope = matrix<float>(dy);
  const double share = forward.of == StatisticsOf::rows ? 1 / static_cast<double>(in.rows) : 0;
  for_strips(in.columns, [&](std::int64_t c, std::int64_t width) {
    Sums by{};
    for (std::int64_t i = 0; i < width; ++i)
      by[static_cast<std::size_t>(i)] = inverse(forward.statistics, options, c + i);
    const float* mean = forward.statistics.mean.data<float>() + c;
    const auto normal = [&](std::int64_t r, std::int64_t i) {
      return (static_cast<double>(in.row(r)[c + i]) - mean[i]) * by[static_cast<std::size_t>(i)];
    };
    const Sums sum =
        sum_rows(in.rows, width, [&](std::int64_t r, std::int64_t i) { return double{slope.row(r)[c + i]}; });
    const Sums product =
        sum_rows(in.rows, width, [&](std::int64_t r, std::int64_t i) { return slope.row(r)[c + i] * normal(r, i); });
    for (std::int64_t i = 0; i < width; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (to.gain.defined()) to.gain.mutable_data<float>()[c + i] += static_cast<float>(product[at]);
      if (to.bias.defined()) to.bias.mutable_data<float>()[c + i] += static_cast<float>(sum[at]);
    }
    if (!to.x.defined()) return;
    const auto out = mutable_matrix<float>(to.x);
    const float* gain = options.gain.data<float>() + c;
    for (std::int64_t r = 0; r < in.rows; ++r)
      for (std::int64_t i = 0; i < width; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const double rest = share * (sum[at] + normal(r, i) * product[at]);
        out.row(r)[c + i] = static_cast<float>((slope.row(r)[c + i] - rest) * by[at] * gain[i]);
      }
  });
}

}  // namespace cpu
}  // namespace groel::ops
