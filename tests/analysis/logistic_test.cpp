// Logistic regression: the conditions that a minimum meets, and problems whose answer is known.
#include "analysis/logistic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

using Penalty = LogisticOptions::Penalty;

// Labels that follow features 0 and 1, with noise, of `width`.
LogisticData sample(std::int64_t count, std::int64_t width) {
  LogisticData out{width, {}, {}};
  std::uint32_t state = 5;
  const auto next = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<double>(state >> 8) / (1U << 24) * 2 - 1;
  };
  for (std::int64_t i = 0; i < count; ++i) {
    std::vector<double> row;
    for (std::int64_t k = 0; k < width; ++k) row.push_back(next());
    out.labels.push_back(3 * row[0] - 2 * row[1] - 1 + next() > 0 ? 1 : 0);
    for (const double value : row) out.features.push_back(static_cast<float>(value));
  }
  return out;
}

// Gradient of the loss by each weight and, last, the bias.
std::vector<double> gradient(const LogisticData& data, const LogisticModel& model) {
  const auto width = static_cast<std::size_t>(data.width);
  std::vector<double> out(width + 1);
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    double score = model.bias;
    for (std::size_t k = 0; k < width; ++k) score += model.weights[k] * data.features[i * width + k];
    const double slope = 1 / (1 + std::exp(-score)) - data.labels[i];
    for (std::size_t k = 0; k < width; ++k) out[k] += slope * data.features[i * width + k];
    out[width] += slope;
  }
  return out;
}

TEST(Logistic, L1MeetsTheConditionsOfAMinimum) {
  const LogisticData data = sample(3000, 8);
  const LogisticOptions options{Penalty::l1, 0.02, 100, 1e-13};
  const LogisticModel model = fit_logistic(data, options);
  const auto slopes = gradient(data, model);
  int zero = 0;
  for (std::size_t k = 0; k < 8; ++k) {
    const double slope = options.inverse_strength * slopes[k];
    if (model.weights[k] == 0) {
      ++zero;
      EXPECT_LE(std::abs(slope), 1 + 1e-4) << k;
    } else {
      EXPECT_NEAR(slope, model.weights[k] > 0 ? -1 : 1, 1e-4) << k;
    }
  }
  EXPECT_GE(zero, 4);
  EXPECT_GT(model.weights[0], 1);
  EXPECT_LT(model.weights[1], -0.5);
  EXPECT_NEAR(slopes[8], 0, 1e-3);
}

TEST(Logistic, TheLeastStrengthIsWhereTheFirstWeightComes) {
  const LogisticData data = sample(3000, 8);
  const double least = least_inverse_strength(data);
  const auto nonzero = [&](double strength) {
    const LogisticModel model = fit_logistic(data, {Penalty::l1, strength, 100, 1e-13});
    return std::count_if(model.weights.begin(), model.weights.end(), [](double w) { return w != 0; });
  };
  EXPECT_EQ(nonzero(least * 0.99), 0);
  EXPECT_EQ(nonzero(least * 1.01), 1);
  LogisticData flat{1, std::vector<float>(10, 0.0F), {0, 1, 0, 1, 0, 1, 0, 1, 0, 1}};
  EXPECT_TRUE(std::isinf(least_inverse_strength(flat)));
}

TEST(Logistic, L2MeetsTheConditionsOfAMinimum) {
  const LogisticData data = sample(2000, 5);
  const LogisticOptions options{Penalty::l2, 2, 100, 1e-13};
  const LogisticModel model = fit_logistic(data, options);
  const auto slopes = gradient(data, model);
  for (std::size_t k = 0; k < 5; ++k) EXPECT_NEAR(2 * slopes[k] + model.weights[k], 0, 1e-4) << k;
  EXPECT_NEAR(slopes[5], 0, 1e-4);
}

TEST(Logistic, ABiasAloneIsTheLogOdds) {
  LogisticData data{1, std::vector<float>(100, 0.0F), std::vector<std::uint8_t>(100, 0)};
  for (std::size_t i = 0; i < 20; ++i) data.labels[i] = 1;
  const LogisticModel model = fit_logistic(data, {});
  EXPECT_NEAR(model.bias, std::log(0.25), 1e-9);
  EXPECT_EQ(model.weights[0], 0);
}

TEST(Logistic, SeparableSamplesEndToo) {
  LogisticData data{1, {}, {}};
  for (int i = -50; i < 50; ++i) {
    data.features.push_back(static_cast<float>(i) + 0.5F);
    data.labels.push_back(i >= 0 ? 1 : 0);
  }
  const LogisticModel model = fit_logistic(data, {Penalty::l1, 1, 100, 1e-10});
  EXPECT_GT(model.weights[0], 0);
  EXPECT_TRUE(std::isfinite(model.objective));
}

TEST(Logistic, SameBitsForAnyNumberOfThreads) {
  const LogisticData data = sample(5000, 6);
  set_num_threads(1);
  const LogisticModel one = fit_logistic(data, {});
  set_num_threads(3);
  const LogisticModel three = fit_logistic(data, {});
  set_num_threads(0);
  EXPECT_EQ(one.weights, three.weights);
  EXPECT_EQ(one.bias, three.bias);
}

TEST(Logistic, OneLabelAloneIsAnError) {
  EXPECT_THROW(fit_logistic({1, {1, 2}, {0, 0}}, {}), Error);
  EXPECT_THROW(fit_logistic({1, {1, 2}, {1, 1}}, {}), Error);
}

}  // namespace
}  // namespace groel::analysis
