// Scores of samples that have several labels at once, with scikit-learn's definitions.
#pragma once

#include "statistics/ranking.h"

namespace groel::statistics {

/// Row-major [n, C], 1 where a label applies.
struct LabelMatrix {
  std::span<const std::int64_t> values;
  std::int64_t labels = 0;
};

enum class LabelAverage { macro, micro, weighted, samples };

/// Errors of all: bad_input when the shapes differ or are empty.
/// Part of the samples whose labels are all right.
double subset_accuracy(const LabelMatrix& truth, const LabelMatrix& predicted);
/// Part of the labels that are wrong.
double hamming_loss(const LabelMatrix& truth, const LabelMatrix& predicted);
PrecisionRecall precision_recall(const LabelMatrix& truth, const LabelMatrix& predicted, LabelAverage average);
/// Errors: also when a label (or, averaged over samples, a sample) has one class alone.
double roc_auc(const LabelMatrix& truth, Scores scores, LabelAverage average);
double average_precision(const LabelMatrix& truth, Scores scores, LabelAverage average);

/// The mean of what is defined, and of how many; NaN of none.
struct DefinedMean {
  double value = 0;
  std::int64_t count = 0;
};
/// Mean area of the labels that have both classes.
DefinedMean roc_auc_of_defined(const LabelMatrix& truth, Scores scores);

}  // namespace groel::statistics
