// Scores of samples that have several labels at once, with scikit-learn's definitions.
#pragma once

#include "train/metrics/ranking.h"

namespace groel::train::metrics {

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

}  // namespace groel::train::metrics
