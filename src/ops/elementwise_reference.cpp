// Elementwise operators and softmax written exactly as their definitions, for tests.
#include <cmath>

#include "ops/elementwise.h"
#include "ops/reference.h"
#include "ops/view.h"

namespace groel::ops::reference {
namespace {

template <class Function>
Tensor map(const Tensor& x, const Function& function) {
  Tensor out = x.clone();
  float* values = out.mutable_data<float>();
  for (std::int64_t i = 0; i < out.count(); ++i)
    values[i] = static_cast<float>(function(static_cast<double>(values[i])));
  return out;
}

// log(sum(exp(row))) without overflow.
double log_sum_exp(const float* row, std::int64_t width) {
  const double highest = *std::max_element(row, row + width);
  double sum = 0;
  for (std::int64_t i = 0; i < width; ++i) sum += std::exp(row[i] - highest);
  return highest + std::log(sum);
}

template <class Function>
Tensor map_softmax(const Tensor& x, const Function& function) {
  Tensor out = x.clone();
  const auto y = mutable_matrix<float>(out);
  for (std::int64_t r = 0; r < y.rows; ++r) {
    const double total = log_sum_exp(y.row(r), y.columns);
    for (std::int64_t i = 0; i < y.columns; ++i) y.row(r)[i] = static_cast<float>(function(y.row(r)[i] - total));
  }
  return out;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  GROEL_REQUIRE(a.shape() == b.shape());
  Tensor out = a.clone();
  const Tensor other = b.clone();
  float* values = out.mutable_data<float>();
  for (std::int64_t i = 0; i < out.count(); ++i) values[i] += other.data<float>()[i];
  return out;
}

Tensor scale(const Tensor& x, float factor) {
  return map(x, [&](double value) { return value * static_cast<double>(factor); });
}

Tensor activate(const Tensor& x, Activation activation) {
  return map(x, [&](double value) { return activate(value, activation); });
}

Tensor softmax(const Tensor& x) {
  return map_softmax(x, [](double value) { return std::exp(value); });
}

Tensor log_softmax(const Tensor& x) {
  return map_softmax(x, [](double value) { return value; });
}

}  // namespace groel::ops::reference
