// Random tensors and comparisons for the tests of operators.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "base/threads.h"
#include "tensor/tensor.h"

namespace groel::test {

inline Tensor random(const Shape& shape, unsigned seed, float deviation = 1.0F) {
  Tensor x = Tensor::empty(shape);
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.0F, deviation);
  float* values = x.mutable_data<float>();
  for (std::int64_t i = 0; i < x.count(); ++i) values[i] = normal(generator);
  return x;
}

/// Random [rows, width] whose rows are `gap` elements further apart than their width.
inline Tensor random_strided(std::int64_t rows, std::int64_t width, unsigned seed, std::int64_t gap = 7) {
  return random({rows, width + gap}, seed).columns(gap / 2, gap / 2 + width);
}

inline Tensor ints(std::vector<std::int32_t> values) {
  return Tensor::of<std::int32_t>({static_cast<std::int64_t>(values.size())}, std::span<const std::int32_t>(values));
}

/// Where sequences of these lengths begin and end in a run of rows: 0 and their running sums.
template <class Int = std::int64_t>
Tensor bounds_of(const std::vector<Int>& lengths) {
  std::vector<std::int32_t> bounds{0};
  for (const Int length : lengths) bounds.push_back(bounds.back() + static_cast<std::int32_t>(length));
  return ints(std::move(bounds));
}

inline bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  const Tensor x = a.clone();
  const Tensor y = b.clone();
  return x.bytes() == 0 || std::memcmp(x.raw_data(), y.raw_data(), x.bytes()) == 0;
}

/// |a - b| / |b| over all elements; infinite when a NaN or another shape is involved.
inline double relative_error(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape()) return INFINITY;
  const Tensor x = a.to(DType::f32).clone();
  const Tensor y = b.to(DType::f32).clone();
  double difference = 0;
  double norm = 0;
  for (std::int64_t i = 0; i < x.count(); ++i) {
    const double u = x.data<float>()[i];
    const double v = y.data<float>()[i];
    difference += (u - v) * (u - v);
    norm += v * v;
  }
  const double error = std::sqrt(difference / (norm > 0 ? norm : 1));
  return std::isnan(error) ? INFINITY : error;
}

/// Largest |a - b|; infinite when a NaN is involved.
inline double max_error(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape()) return INFINITY;
  const Tensor x = a.to(DType::f32).clone();
  const Tensor y = b.to(DType::f32).clone();
  double worst = 0;
  for (std::int64_t i = 0; i < x.count(); ++i) {
    const double error = std::abs(static_cast<double>(x.data<float>()[i]) - y.data<float>()[i]);
    if (std::isnan(error)) return INFINITY;
    worst = std::max(worst, error);
  }
  return worst;
}

/// The same call with 1, 2, 3 and 5 threads must give the same bits.
template <class Call>
void expect_same_for_any_threads(const Call& call) {
  set_num_threads(1);
  const Tensor expected = call();
  for (const int threads : {2, 3, 5}) {
    set_num_threads(threads);
    EXPECT_TRUE(same_bits(call(), expected)) << threads << " threads";
  }
  set_num_threads(0);
}

}  // namespace groel::test
