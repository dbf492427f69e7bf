// Compares gradients with differences of the operator itself.
#pragma once

#include <functional>

#include "helpers.h"

namespace groel::test {

inline double dot(const Tensor& a, const Tensor& b) {
  const Tensor x = a.clone();
  const Tensor y = b.clone();
  double sum = 0;
  for (std::int64_t i = 0; i < x.count(); ++i) sum += static_cast<double>(x.data<float>()[i]) * y.data<float>()[i];
  return sum;
}

// d/dx dot(f(x), dy), by central differences, against `gradient`, for some elements of x.
inline void expect_slope(Tensor x, const std::function<Tensor()>& f, const Tensor& dy, const Tensor& gradient,
                         double tolerance = 2e-3) {
  constexpr float kStep = 1e-2F;
  const Tensor expected = gradient.clone();
  const double scale = std::sqrt(dot(gradient, gradient) / static_cast<double>(gradient.count()));
  for (std::int64_t i = 0; i < x.count(); i += std::max<std::int64_t>(1, x.count() / 13)) {
    float& value = x.mutable_data<float>()[i];
    const float before = value;
    value = before + kStep;
    const double above = dot(f(), dy);
    value = before - kStep;
    const double below = dot(f(), dy);
    value = before;
    EXPECT_NEAR((above - below) / (2 * kStep), expected.data<float>()[i], tolerance * (scale + 1)) << "element " << i;
  }
}

}  // namespace groel::test
