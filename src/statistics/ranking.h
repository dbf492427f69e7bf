// Scores of predicted class scores and probabilities (such as AUROC), with scikit-learn's definitions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/classification.h"

namespace groel::statistics {

using Scores = std::span<const double>;

/// Points from the highest threshold to the lowest; those on a straight line are left out, as scikit-learn does.
struct RocCurve {
  std::vector<double> false_positive_rate, true_positive_rate;  ///< NaN where there are no negatives or no positives
};
RocCurve roc_curve(Labels truth, Scores scores);

/// Points from the lowest threshold to the highest, and (1, 0) at the end.
struct PrecisionRecallCurve {
  std::vector<double> precision, recall;
};
PrecisionRecallCurve precision_recall_curve(Labels truth, Scores scores);

/// `truth` is 1 for positives and 0 otherwise. Errors of all: bad_input when lengths differ, are 0, or a score is NaN;
/// of roc_auc also when one class alone is there.
double roc_auc(Labels truth, Scores scores);
/// 0 without positives.
double average_precision(Labels truth, Scores scores);

/// Mean negative logarithm of the true class's probability, clipped to the smallest double above 0 (epsilon).
double log_loss(Labels truth, Scores probability_of_1);
/// Mean squared difference.
double brier_score(Labels truth, Scores probability_of_1);

/// Row-major scores [n, C] of n samples with true classes in [0, C).
struct ClassScores {
  Labels truth;
  Scores scores;
  std::int64_t classes = 0;
};
enum class Pairing { one_vs_rest, one_vs_one };
enum class Weighting { macro, by_prevalence };
double roc_auc(const ClassScores& input, Pairing pairing, Weighting weighting);
/// Every class of every sample as one yes or no.
double roc_auc_micro(const ClassScores& input);
double log_loss(const ClassScores& probabilities);
/// Part of the samples whose class is among the k highest; of equal scores the higher class counts as higher.
double top_k_accuracy(const ClassScores& input, std::int64_t k);

}  // namespace groel::statistics
