// Attention pooling on the CPU: a task takes a strip of columns of one segment.
#include "ops/attention_pool.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/pool_impl.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

constexpr std::int64_t kStrip = 64;  // columns

std::int64_t check(const PoolInput& input) {
  for (const Tensor* x : {&input.values, &input.scores})
    GROEL_REQUIRE(x->rank() == 2 && x->dtype() == DType::f32 && x->contiguous());
  GROEL_REQUIRE(input.values.shape() == input.scores.shape());
  return check_segments(input.values, input.segments);
}

// Rows [begin, end) of segment s, and `width` columns from `column` on.
struct Strip {
  std::int64_t s, begin, end, column, width;
};

template <class Body>
void for_strips(const PoolInput& input, const Body& body) {
  const std::int64_t columns = input.values.size(1);
  const std::int64_t strips = ceil_div(columns, kStrip);
  parallel_for(input.segments.begin.size(0) * strips, [&](std::int64_t task) {
    const std::int64_t s = task / strips, column = task % strips * kStrip;
    const Strip strip{s, input.segments.begin.data<std::int32_t>()[s], input.segments.end.data<std::int32_t>()[s],
                      column, std::min(kStrip, columns - column)};
    if (strip.begin < strip.end) body(strip);
  });
}

// The softmax of every column of a strip.
class Weights {
 public:
  Weights(const PoolInput& input, const Strip& strip) : scores_(matrix<float>(input.scores)), strip_(strip) {
    highest_.fill(-INFINITY);
    for_each([&](std::int64_t t, std::int64_t i) { highest_[at(i)] = std::max(highest_[at(i)], score(t, i)); });
    for_each([&](std::int64_t t, std::int64_t i) { total_[at(i)] += std::exp(score(t, i) - highest_[at(i)]); });
  }
  double of(std::int64_t t, std::int64_t i) const { return std::exp(score(t, i) - highest_[at(i)]) / total_[at(i)]; }
  template <class Body>
  void for_each(const Body& body) const {
    for (std::int64_t t = strip_.begin; t < strip_.end; ++t)
      for (std::int64_t i = 0; i < strip_.width; ++i) body(t, i);
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }
  float score(std::int64_t t, std::int64_t i) const { return scores_.row(t)[strip_.column + i]; }

  Matrix<const float> scores_;
  Strip strip_;
  std::array<float, kStrip> highest_{};
  std::array<double, kStrip> total_{};
};

}  // namespace

Tensor attention_pool(const PoolInput& input) {
  Tensor out = Tensor::zeros({check(input), input.values.size(1)}, DType::f32, input.values.device());
  backend(input.values).attention_pool(input, out);
  return out;
}

PoolGradients attention_pool_grad(const PoolInput& input, const Tensor& y, const Tensor& dy) {
  const Shape shape{check(input), input.values.size(1)};
  GROEL_REQUIRE(y.shape() == shape && dy.shape() == shape && dy.dtype() == DType::f32);
  const Device device = dy.device();
  PoolGradients out{Tensor::zeros(input.values.shape(), DType::f32, device),
                    Tensor::zeros(input.values.shape(), DType::f32, device)};
  backend(dy).attention_pool_grad(input, y, dy, out);
  return out;
}

namespace cpu {

void attention_pool(const PoolInput& input, Tensor& y) {
  const ProfileScope scope("pooling");
  const auto values = matrix<float>(input.values);
  const auto out = mutable_matrix<float>(y);
  for_strips(input, [&](const Strip& strip) {
    const Weights weights(input, strip);
    std::array<double, kStrip> sums{};
    weights.for_each([&](std::int64_t t, std::int64_t i) {
      sums[static_cast<std::size_t>(i)] += weights.of(t, i) * values.row(t)[strip.column + i];
    });
    for (std::int64_t i = 0; i < strip.width; ++i)
      out.row(strip.s)[strip.column + i] = static_cast<float>(sums[static_cast<std::size_t>(i)]);
  });
}

// With weights w: dv = w dy, ds = w (v - y) dy.
void attention_pool_grad(const PoolInput& input, const Tensor& y, const Tensor& dy, PoolGradients& to) {
  const ProfileScope scope("pooling");
  const auto values = matrix<float>(input.values), result = matrix<float>(y), slope = matrix<float>(dy);
  const auto to_values = mutable_matrix<float>(to.values), to_scores = mutable_matrix<float>(to.scores);
  for_strips(input, [&](const Strip& strip) {
    const Weights weights(input, strip);
    weights.for_each([&](std::int64_t t, std::int64_t i) {
      const std::int64_t c = strip.column + i;
      const double part = weights.of(t, i) * slope.row(strip.s)[c];
      to_values.row(t)[c] = static_cast<float>(part);
      to_scores.row(t)[c] = static_cast<float>(part * (double{values.row(t)[c]} - result.row(strip.s)[c]));
    });
  });
}

}  // namespace cpu
}  // namespace groel::ops
