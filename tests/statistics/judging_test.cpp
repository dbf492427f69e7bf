// Intervals, thresholds, calibration and CAFA's measures at places where their values are known.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/threads.h"
#include "statistics/bootstrap.h"
#include "statistics/cafa.h"
#include "statistics/calibration.h"
#include "statistics/ranked_labels.h"
#include "statistics/sheets.h"
#include "statistics/thresholds.h"

namespace groel::statistics {
namespace {

using Values = std::vector<std::int64_t>;

TEST(Bootstrap, QuantilesAreNumpys) {
  const std::vector<double> values{1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(values, 0.025), 1.075);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 8);
}

// Average precision of rows that count several times or not at all, equal scores and rows without a label included.
TEST(RankedLabels, CountsRowsAsCopiesOfThem) {
  const std::size_t columns = 3;
  const Values truth{1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1};
  const std::vector<double> scores{0.9, 0.4, 0.2, 0.4, 0.4, 0.1, 0.3, 0.9, 0.5, 0.2, 0.2, 0.7};
  const RankedLabels ranked(truth, scores, columns);
  for (const std::vector<std::uint32_t>& times :
       std::vector<std::vector<std::uint32_t>>{{1, 1, 1, 1}, {2, 0, 1, 3}, {0, 0, 4, 0}, {0, 1, 0, 0}, {3, 0, 0, 5}}) {
    Values copied;
    std::vector<double> said;
    for (std::size_t row = 0; row < times.size(); ++row)
      for (std::uint32_t copy = 0; copy < times[row]; ++copy)
        for (std::size_t c = 0; c < columns; ++c) {
          copied.push_back(truth[row * columns + c]);
          said.push_back(scores[row * columns + c]);
        }
    EXPECT_DOUBLE_EQ(ranked.average_precision(times), average_precision(copied, said));
  }
  EXPECT_THROW(RankedLabels(truth, Scores(scores).first(4), columns), Error);
}

std::map<std::string, ScoreInterval> intervals_of_means(std::uint64_t seed) {
  return bootstrap(400, {.draws = 500, .seed = seed, .level = 0.95}, [](std::span<const std::size_t> rows) {
    double ones = 0;
    for (const std::size_t row : rows) ones += row % 2 == 0 ? 1 : 0;
    std::map<std::string, double> out{{"mean", ones / static_cast<double>(rows.size())}};
    if (rows[0] % 4 == 0) out["sometimes"] = 1;
    return out;
  });
}

// A mean of 400 coins has the deviation 0.025.
TEST(Bootstrap, CoversTheMeanAsTheoryDoes) {
  const auto found = intervals_of_means(1);
  EXPECT_NEAR(found.at("mean").low, 0.451, 0.012);
  EXPECT_NEAR(found.at("mean").high, 0.549, 0.012);
  EXPECT_NEAR(found.at("mean").deviation, 0.025, 0.004);
  EXPECT_EQ(found.at("mean").undefined, 0);
  EXPECT_NEAR(static_cast<double>(found.at("sometimes").undefined), 375, 50);
}

TEST(Bootstrap, TheSeedAloneDecides) {
  const double low = intervals_of_means(7).at("mean").low, other = intervals_of_means(8).at("mean").deviation;
  set_num_threads(1);
  EXPECT_EQ(intervals_of_means(7).at("mean").low, low);
  set_num_threads(0);
  EXPECT_NE(intervals_of_means(7).at("mean").deviation, other);
  EXPECT_THROW(bootstrap(3, {.draws = 1, .seed = 0, .level = 0.95}, {}), Error);
  EXPECT_THROW(bootstrap(0, {}, {}), Error);
}

TEST(Thresholds, TheBestCutIsFound) {
  const Values truth{0, 0, 1, 0, 1, 1};
  const std::vector<double> scores{0.1, 0.2, 0.3, 0.4, 0.7, 0.9};
  const Threshold f1 = best_threshold(truth, scores, ThresholdFor::f1);
  EXPECT_DOUBLE_EQ(f1.threshold, 0.3);
  EXPECT_DOUBLE_EQ(f1.value, 6.0 / 7);
  const Threshold balanced = best_threshold(truth, scores, ThresholdFor::balanced_accuracy);
  EXPECT_DOUBLE_EQ(balanced.threshold, 0.7);  // 5 / 6, as 0.3 gives: the higher one
  EXPECT_DOUBLE_EQ(balanced.value, 5.0 / 6);
  EXPECT_DOUBLE_EQ(best_threshold(truth, scores, ThresholdFor::matthews_correlation).value, std::sqrt(0.5));
  EXPECT_THROW(best_threshold(Values{1, 1}, std::vector<double>{0.1, 0.2}, ThresholdFor::f1), Error);
}

TEST(Calibration, ErrorsOfBinsAreWeighed) {
  const Reliability found = reliability(Values{0, 1, 1, 1}, std::vector<double>{0.1, 0.3, 0.8, 1.0}, 2);
  ASSERT_EQ(found.bins.size(), 2U);
  EXPECT_DOUBLE_EQ(found.bins[0].confidence, 0.2);
  EXPECT_DOUBLE_EQ(found.bins[0].observed, 0.5);
  EXPECT_EQ(found.bins[1].count, 2);
  EXPECT_NEAR(found.expected_error, (0.3 + 0.1) / 2, 1e-15);
  EXPECT_NEAR(found.largest_error, 0.3, 1e-15);
  EXPECT_TRUE(std::isnan(reliability(Values{1}, std::vector<double>{0.9}, 2).bins[0].observed));
  EXPECT_THROW(reliability(Values{1}, std::vector<double>{1.2}, 2), Error);
}

// Of predictions with probability 0.9 three of four come true: their logit is twice log 3.
TEST(Calibration, TheTemperatureMendsOverconfidence) {
  const Values truth{1, 1, 1, 0};
  const std::vector<double> sure(4, 0.9);
  const double temperature = temperature_of(truth, sure);
  EXPECT_NEAR(temperature, 2, 1e-4);
  EXPECT_NEAR(tempered(sure, temperature)[0], 0.75, 1e-5);
  const std::vector<double> rows{0.9, 0.1, 0.9, 0.1, 0.9, 0.1, 0.9, 0.1};
  EXPECT_NEAR(temperature_of(ClassScores{Values{0, 0, 0, 1}, rows, 2}), 2, 1e-4);
  const Confidence confidence = confidence_of({truth, rows, 2});
  EXPECT_EQ(confidence.right, (Values{0, 0, 0, 1}));
  EXPECT_EQ(confidence.probability, sure);
}

// Two proteins, three terms; the first has terms 0 and 1, the second term 0.
const Values kTerms{1, 1, 0, 1, 0, 0};
const std::vector<double> kScores{0.9, 0.4, 0.6, 0.8, 0.2, 0};

TEST(Cafa, FmaxOfASmallTable) {
  const Fmax best = fmax({{kTerms, 3}, kScores});
  // From 0.21 to 0.4: precision (2/3 + 1) / 2, recall 1.
  EXPECT_DOUBLE_EQ(best.f, 10.0 / 11);
  EXPECT_DOUBLE_EQ(best.threshold, 0.21);
  EXPECT_DOUBLE_EQ(best.coverage, 1);
  // Term 1 weighs most: from 0.21 to 0.4 all of it is there, and term 2 is wrong with its weight of 1.
  const std::vector<double> information{1, 8, 1};
  const Fmax weighted = fmax({{kTerms, 3}, kScores, information});
  EXPECT_DOUBLE_EQ(weighted.precision, (9.0 / 10 + 1) / 2);
  EXPECT_DOUBLE_EQ(weighted.recall, 1);
  EXPECT_DOUBLE_EQ(weighted.threshold, 0.21);
}

TEST(Cafa, SminOfASmallTable) {
  const Smin plain = smin({{kTerms, 3}, kScores});
  EXPECT_DOUBLE_EQ(plain.s, 0.5);  // 0.21: one wrong term of two proteins; 0.61: one is missed
  EXPECT_DOUBLE_EQ(plain.threshold, 0.21);
  EXPECT_DOUBLE_EQ(plain.misinformation, 0.5);
  const std::vector<double> information{1, 8, 1};
  EXPECT_DOUBLE_EQ(smin({{kTerms, 3}, kScores, information}).s, 0.5);
  const std::vector<double> other{1, 0.5, 4};
  EXPECT_DOUBLE_EQ(smin({{kTerms, 3}, kScores, other}).remaining_uncertainty, 0.25);
}

TEST(Cafa, ScoresOnAThresholdReachIt) {
  for (int k = 1; k <= 100; ++k) {
    const std::vector<double> score{k / 100.0};
    EXPECT_DOUBLE_EQ(smin({{Values{1}, 1}, score}).s, 0) << k;
    const std::vector<double> below{std::nextafter(k / 100.0, 0.0)};
    EXPECT_DOUBLE_EQ(fmax({{Values{1}, 1}, below}).f, k == 1 ? 0 : 1) << k;
  }
  EXPECT_THROW(fmax({{Values{0}, 1}, std::vector<double>{0.5}}), Error);
  EXPECT_THROW(smin({{Values{1}, 1}, std::vector<double>{1.5}}), Error);
}

TEST(Cafa, InformationIsOfWhatParentsLeaveOpen) {
  // The root in 4 proteins, its child in 2 of them, a grandchild in none of these two.
  const Values truth{1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0};
  const std::vector<std::vector<std::size_t>> parents{{}, {0}, {1}};
  const std::vector<double> found = information_content({truth, 3}, parents);
  EXPECT_DOUBLE_EQ(found[0], 0);
  EXPECT_DOUBLE_EQ(found[1], 1);
  EXPECT_DOUBLE_EQ(found[2], std::log2(3.0));
}

TEST(Sheets, WhatIsUndefinedIsSaid) {
  ScoreSheet sheet;
  add_classes(sheet, {Values{0, 0, 1}, Values{0, 0, 0}, 1}, Detail::numbers);
  EXPECT_EQ(sheet.values()["precision_binary"], 0);
  const auto says = [&](const std::string& name, const std::string& why) {
    for (const auto& [one, reason] : sheet.undefined())
      if (one.find(name) != std::string::npos && reason.find(why) != std::string::npos) return true;
    return false;
  };
  EXPECT_TRUE(says("precision_binary", "the positive class is never predicted"));
  EXPECT_TRUE(says("precision_macro", "1 class that is never predicted"));
  EXPECT_TRUE(says("matthews_corrcoef", "one class alone"));
  EXPECT_FALSE(says("recall_macro", ""));
  const std::vector<double> scores{0.1, 0.2};
  add_binary_scores(sheet, {Values{0, 0}, scores, scores}, Detail::numbers);
  EXPECT_TRUE(sheet.values()["roc_auc"].is_null());
  EXPECT_TRUE(says("roc_auc", "needs both classes"));
  EXPECT_FALSE(sheet.numbers().contains("roc_auc"));
}

TEST(Sheets, OneLabelWithoutPositivesLeavesTheOthersTheirMean) {
  ScoreSheet sheet;
  const Values truth{1, 0, 0, 0};
  const std::vector<double> scores{0.9, 0.1, 0.2, 0.3};
  add_labels(sheet, {{truth, 2}, {truth, 2}, scores});
  EXPECT_TRUE(sheet.values()["roc_auc_macro"].is_null());
  EXPECT_EQ(sheet.values()["roc_auc_macro_defined"], 1);
  EXPECT_EQ(sheet.values()["roc_auc_defined_labels"], 1);
}

TEST(Sheets, OnePairOfNumbersHasNoCorrelation) {
  ScoreSheet sheet;
  add_numbers(sheet, std::vector<double>{1}, std::vector<double>{2});
  EXPECT_TRUE(sheet.values()["pearson"].is_null());
  EXPECT_TRUE(sheet.values()["r2"].is_null());
  EXPECT_EQ(sheet.values()["mse"], 1);
}

// The sparse measures of a term are the dense ones of scores for every protein.
TEST(Cafa, MeasuresOfATermAreThoseOfAllScores) {
  const Values truth{1, 0, 1, 1, 0, 0, 1, 0};
  const std::vector<double> scores{0.9, 0.8, 0.8, 0.3, 0.3, 0, 0, 0};
  std::vector<ScoredLabel> predicted;
  for (std::size_t i = 0; i < 6; ++i) predicted.push_back({scores[i], truth[i] == 1});  // one of the zeros, too
  const TermMeasures found = term_measures(predicted, 4, 8);
  EXPECT_DOUBLE_EQ(found.roc_auc, roc_auc(truth, scores));
  EXPECT_DOUBLE_EQ(found.average_precision, average_precision(truth, scores));
  EXPECT_DOUBLE_EQ(found.f, 2 * 3.0 / (5 + 4));
  EXPECT_DOUBLE_EQ(found.f_threshold, 0.01);
  EXPECT_DOUBLE_EQ(found.s, std::hypot(1.0 / 8, 2.0 / 8));
  EXPECT_DOUBLE_EQ(found.s_threshold, 0.01);
  EXPECT_TRUE(std::isnan(term_measures({}, 2, 2).roc_auc));
  EXPECT_TRUE(std::isnan(term_measures({{0.5, false}}, 0, 2).average_precision));
}

TEST(Cafa, ProteinsOneByOneAreTheMatrix) {
  CafaSums sums;
  sums.add(2, std::vector<PredictedTerm>{{0.9, 1, true}, {0.4, 1, true}, {0.6, 1, false}});
  sums.add(1, std::vector<PredictedTerm>{{0.8, 1, true}, {0.2, 1, false}});
  EXPECT_EQ(sums.fmax().f, fmax({{kTerms, 3}, kScores}).f);
  EXPECT_EQ(sums.smin().s, smin({{kTerms, 3}, kScores}).s);
  EXPECT_DOUBLE_EQ(sums.fmax_micro().precision, 3.0 / 4);  // from 0.21
  EXPECT_DOUBLE_EQ(sums.fmax_micro().recall, 1);
}

}  // namespace
}  // namespace groel::statistics
