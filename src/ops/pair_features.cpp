// pair_features and its gradient, pair by pair.
#include "ops/pair_features.h"

#include <cmath>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

void check(const Tensor& x) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32 && x.contiguous() && x.size(0) % 2 == 0);
}

}  // namespace

Tensor pair_features(const Tensor& x) {
  check(x);
  Tensor y = Tensor::empty({x.size(0) / 2, 4 * x.size(1)}, DType::f32, x.device());
  backend(x).pair_features(x, y);
  return y;
}

Tensor pair_features_grad(const Tensor& x, const Tensor& dy) {
  check(x);
  GROEL_REQUIRE(dy.dtype() == DType::f32 && dy.contiguous() && dy.shape() == (Shape{x.size(0) / 2, 4 * x.size(1)}));
  Tensor dx = Tensor::empty(x.shape(), DType::f32, x.device());
  backend(x).pair_features_grad(x, dy, dx);
  return dx;
}

void cpu::pair_features(const Tensor& x, Tensor& y) {
  const ProfileScope scope("pair_features");
  const auto from = matrix<float>(x);
  const auto to = mutable_matrix<float>(y);
  const std::int64_t width = from.columns;
  parallel_for(y.size(0), [&](std::int64_t b) {
    const float *p = from.row(2 * b), *q = from.row(2 * b + 1);
    float* const out = to.row(b);
    for (std::int64_t i = 0; i < width; ++i) {
      out[i] = p[i];
      out[width + i] = q[i];
      out[2 * width + i] = std::abs(p[i] - q[i]);
      out[3 * width + i] = p[i] * q[i];
    }
  });
}

void cpu::pair_features_grad(const Tensor& x, const Tensor& dy, Tensor& dx) {
  const auto from = matrix<float>(x), slope = matrix<float>(dy);
  const auto to = mutable_matrix<float>(dx);
  const std::int64_t width = from.columns;
  parallel_for(dy.size(0), [&](std::int64_t b) {
    const float *p = from.row(2 * b), *q = from.row(2 * b + 1), *d = slope.row(b);
    float *dp = to.row(2 * b), *dq = to.row(2 * b + 1);
    for (std::int64_t i = 0; i < width; ++i) {
      const float sign = p[i] > q[i] ? 1.0F : p[i] < q[i] ? -1.0F : 0.0F;
      dp[i] = d[i] + sign * d[2 * width + i] + q[i] * d[3 * width + i];
      dq[i] = d[width + i] - sign * d[2 * width + i] + p[i] * d[3 * width + i];
    }
  });
}

Tensor reference::pair_features(const Tensor& x) {
  const std::int64_t width = x.size(1);
  Tensor y = Tensor::empty({x.size(0) / 2, 4 * width});
  for (std::int64_t b = 0; b < y.size(0); ++b)
    for (std::int64_t i = 0; i < width; ++i) {
      const float p = x.data<float>()[2 * b * width + i], q = x.data<float>()[(2 * b + 1) * width + i];
      float* const out = y.mutable_data<float>() + b * 4 * width + i;
      out[0] = p;
      out[width] = q;
      out[2 * width] = std::fabs(p - q);
      out[3 * width] = p * q;
    }
  return y;
}

}  // namespace groel::ops
