// Metrics and splits with known results, and their errors; tests/golden compares them with scikit-learn and scipy.
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "statistics/multilabel.h"
#include "statistics/regression.h"
#include "statistics/split.h"
#include "statistics/thresholds.h"

namespace groel::statistics {
namespace {

TEST(Metrics, IncompleteBetaAtKnownPlaces) {
  EXPECT_NEAR(incomplete_beta(1, 1, 0.3), 0.3, 1e-15);
  EXPECT_NEAR(incomplete_beta(2, 3, 0.5), 0.6875, 1e-14);
  EXPECT_NEAR(incomplete_beta(0.5, 0.5, 0.25), 1.0 / 3, 1e-14);
  EXPECT_EQ(incomplete_beta(2, 2, 0), 0);
  EXPECT_EQ(incomplete_beta(2, 2, 1), 1);
}

TEST(Metrics, UnequalLengthsAreErrors) {
  const std::vector<std::int64_t> two{0, 1}, three{0, 1, 1};
  const std::vector<double> scores{0.1, 0.2, NAN};
  EXPECT_THROW(Confusion(two, three), Error);
  EXPECT_THROW(Confusion({}, {}), Error);
  EXPECT_THROW(roc_auc(two, scores), Error);
  EXPECT_THROW(roc_auc(three, scores), Error) << "NaN";
  EXPECT_THROW(pearson(scores, std::vector<double>{1, 2}), Error);
  const std::vector<std::int64_t> outside{0, 2, 1};
  const std::vector<double> six(6, 0.5);
  EXPECT_THROW(log_loss(ClassScores{outside, six, 2}), Error);
  EXPECT_THROW(log_loss(ClassScores{three, six, 3}), Error);
}

TEST(Metrics, WhatIsNoNumberHasNoRank) {
  const std::vector<double> with{1, NAN, 3}, without{1, 2, 3};
  EXPECT_THROW(ranks(with), Error);
  EXPECT_THROW(spearman(with, without), Error);
  EXPECT_THROW(spearman(without, with), Error);
  EXPECT_THROW(kendall_tau(with, without), Error);
  EXPECT_THROW(kendall_tau(without, with), Error);
  EXPECT_THROW(best_threshold(std::vector<std::int64_t>{0, 1, 1}, with, ThresholdFor::f1), Error);
  EXPECT_EQ(ranks(std::vector<double>{INFINITY, -1, INFINITY}), (std::vector<double>{2.5, 1, 2.5}));
}

TEST(Split, FoldsThatCannotBeAreErrors) {
  EXPECT_THROW(k_folds(3, 4, {}), Error);
  EXPECT_THROW(k_folds(3, 1, {}), Error);
}

}  // namespace
}  // namespace groel::statistics
