// Losses in double precision, row by row.
#include "ops/losses.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "base/profile.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {
namespace {

// Sum over rows in order, each computed on some thread.
double sum_rows(std::int64_t rows, const std::function<double(std::int64_t)>& row) {
  constexpr std::int64_t kRows = 64;
  std::vector<double> sums(static_cast<std::size_t>(rows));
  parallel_for(ceil_div(rows, kRows), [&](std::int64_t task) {
    for (std::int64_t r = task * kRows; r < std::min(rows, (task + 1) * kRows); ++r)
      sums[static_cast<std::size_t>(r)] = row(r);
  });
  double sum = 0;
  for (const double value : sums) sum += value;
  return sum;
}

// Gradient factor (softmax - onehot) into `to`; -> the loss.
double cross_entropy_row(std::span<const float> x, std::int32_t target, double factor, float* to) {
  const float highest = *std::max_element(x.begin(), x.end());
  double total = 0;
  for (const float value : x) total += std::exp(static_cast<double>(value) - highest);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double p = std::exp(static_cast<double>(x[i]) - highest) / total;
    to[i] = static_cast<float>(factor * (p - (static_cast<std::int32_t>(i) == target ? 1.0 : 0.0)));
  }
  return std::log(total) - (static_cast<double>(x[static_cast<std::size_t>(target)]) - highest);
}

std::span<const float> row_of(const Tensor& x, std::int64_t r) {
  return {matrix<float>(x).row(r), static_cast<std::size_t>(x.size(1))};
}

struct Term {
  double loss;
  double slope;
};

// -(p y log σ + (1 - y) log(1 - σ)), without overflow at either end.
Term weighted_binary_term(double x, double y, double p) {
  const double rest = std::log1p(std::exp(-std::abs(x)));
  const double sigmoid = x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
  return {p * y * (std::max(-x, 0.0) + rest) + (1 - y) * (std::max(x, 0.0) + rest), sigmoid * (1 - y + p * y) - p * y};
}

// max(x, 0) - x y + log(1 + e^-|x|)
Term binary_term(double x, double y) {
  const double sigmoid = x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
  return {std::max(x, 0.0) - x * y + std::log1p(std::exp(-std::abs(x))), sigmoid - y};
}

void check_elements(const Tensor& x, const Tensor& targets) {
  GROEL_REQUIRE(x.rank() == 2 && x.shape() == targets.shape() && x.dtype() == DType::f32);
}

Loss elementwise_loss(const Tensor& x) { return {0, x.count(), 0, Tensor::empty(x.shape(), DType::f32, x.device())}; }

// Sum over elements of term(x, target, column).
template <class TermOf>
void elementwise(const Tensor& x, const Tensor& targets, double factor, const TermOf& term, Loss& out) {
  const auto gradient = mutable_matrix<float>(out.gradient);
  out.sum = sum_rows(x.size(0), [&](std::int64_t r) {
    double sum = 0;
    for (std::int64_t i = 0; i < x.size(1); ++i) {
      const Term t = term(matrix<float>(x).row(r)[i], matrix<float>(targets).row(r)[i], i);
      sum += t.loss;
      gradient.row(r)[i] = static_cast<float>(factor * t.slope);
    }
    return sum;
  });
}

}  // namespace

Loss cross_entropy(const Tensor& logits, const Tensor& targets, const LossWeights& weights) {
  GROEL_REQUIRE(logits.rank() == 2 && logits.size(1) > 0 && targets.shape() == Shape{logits.size(0)});
  check_vector(weights.each, logits.size(1));
  Loss out{0, 0, 0, Tensor::zeros(logits.shape(), DType::f32, logits.device())};
  for (const std::int32_t id : targets.values<std::int32_t>()) out.targets += id != kIgnoredTarget;
  backend(logits).cross_entropy(logits, targets, argmax(logits), weights, out);
  return out;
}

Loss squared_error(const Tensor& x, const Tensor& targets, const LossWeights& weights) {
  check_elements(x, targets);
  check_vector(weights.each, x.size(1));
  Loss out = elementwise_loss(x);
  backend(x).squared_error(x, targets, weights, out);
  return out;
}

Loss binary_cross_entropy(const Tensor& logits, const Tensor& targets, const LossWeights& weights) {
  check_elements(logits, targets);
  check_vector(weights.each, logits.size(1));
  Loss out = elementwise_loss(logits);
  backend(logits).binary_cross_entropy(logits, targets, weights, out);
  return out;
}

Tensor argmax(const Tensor& x) {
  GROEL_REQUIRE(x.rank() == 2 && x.dtype() == DType::f32);
  Tensor out = Tensor::empty({x.size(0)}, DType::i32, x.device());
  backend(x).argmax(x, out);
  return out;
}

namespace cpu {

void cross_entropy(const Tensor& logits, const Tensor& targets, const Tensor& best, const LossWeights& weights,
                   Loss& out) {
  const ProfileScope scope("loss");
  const auto ids = targets.values<std::int32_t>();
  for (std::size_t t = 0; t < ids.size(); ++t) {
    if (ids[t] == kIgnoredTarget) continue;
    GROEL_REQUIRE(0 <= ids[t] && ids[t] < logits.size(1));
    out.correct += ids[t] == best.data<std::int32_t>()[t];
  }
  const auto gradient = mutable_matrix<float>(out.gradient);
  out.sum = sum_rows(logits.size(0), [&](std::int64_t r) {
    const std::int32_t target = ids[static_cast<std::size_t>(r)];
    if (target == kIgnoredTarget) return 0.0;
    if (!weights.each.defined()) return cross_entropy_row(row_of(logits, r), target, weights.factor, gradient.row(r));
    const double own = weights.each.data<float>()[target];
    return own * cross_entropy_row(row_of(logits, r), target, own * weights.factor, gradient.row(r));
  });
}

void squared_error(const Tensor& x, const Tensor& targets, const LossWeights& weights, Loss& out) {
  const float* each = optional_vector(weights.each, x.size(1));
  const auto term = [&](double value, double target, std::int64_t i) {
    const double d = value - target;
    return each == nullptr ? Term{d * d, 2 * d} : Term{each[i] * d * d, 2 * each[i] * d};
  };
  elementwise(x, targets, weights.factor, term, out);
}

void binary_cross_entropy(const Tensor& logits, const Tensor& targets, const LossWeights& weights, Loss& out) {
  const ProfileScope scope("loss");
  if (weights.each.defined()) {
    const float* positive = weights.each.data<float>();
    const auto term = [&](double x, double y, std::int64_t i) { return weighted_binary_term(x, y, positive[i]); };
    elementwise(logits, targets, weights.factor, term, out);
  } else {
    const auto term = [](double x, double y, std::int64_t) { return binary_term(x, y); };
    elementwise(logits, targets, weights.factor, term, out);
  }
  for (std::int64_t r = 0; r < logits.size(0); ++r)
    for (std::int64_t i = 0; i < logits.size(1); ++i)
      out.correct += (matrix<float>(logits).row(r)[i] > 0) == (matrix<float>(targets).row(r)[i] > 0.5F);
}

void argmax(const Tensor& x, Tensor& best) {
  for (std::int64_t r = 0; r < x.size(0); ++r) {
    const auto row = row_of(x, r);
    best.mutable_data<std::int32_t>()[r] =
        static_cast<std::int32_t>(std::max_element(row.begin(), row.end()) - row.begin());
  }
}

}  // namespace cpu
}  // namespace groel::ops
