// All scores of one kind of prediction as a sheet, under the names of scikit-learn's functions and averages.
#pragma once

#include <optional>

#include "statistics/multilabel.h"
#include "statistics/regression.h"
#include "statistics/score_sheet.h"

namespace groel::statistics {

/// What a sheet holds besides single numbers.
enum class Detail { numbers, curves_and_lists };

/// Whole numbers as predicted classes. With a positive class also precision_binary, recall_binary and f1_binary.
struct PredictedClasses {
  Labels truth, predicted;
  std::optional<std::int64_t> positive{};
};
void add_classes(ScoreSheet& sheet, const PredictedClasses& input, Detail detail);

/// Scores of the positive class (truth 1, else 0), and the probabilities that log loss and Brier score go by.
struct BinaryScores {
  Labels truth;
  Scores scores, probabilities;
};
void add_binary_scores(ScoreSheet& sheet, const BinaryScores& input, Detail detail);

/// A probability for each of several classes.
void add_class_scores(ScoreSheet& sheet, const ClassScores& input);

/// Several labels at once; `predicted` or `scores` may be empty.
struct LabelPredictions {
  LabelMatrix truth, predicted;
  Scores scores;
};
void add_labels(ScoreSheet& sheet, const LabelPredictions& input);

void add_numbers(ScoreSheet& sheet, Numbers truth, Numbers predicted);

}  // namespace groel::statistics
