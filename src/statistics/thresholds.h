// The threshold on a score above which a label is said to apply, chosen on data that are set aside for it.
#pragma once

#include "statistics/ranking.h"

namespace groel::statistics {

enum class ThresholdFor { f1, matthews_correlation, balanced_accuracy };

struct Threshold {
  double threshold = 0;  ///< a label applies from this score on
  double value = 0;      ///< what is reached with it
};

/// The best threshold among the scores; of equally good ones the highest. Errors: bad_input as roc_curve; without
/// positives, or without negatives, since every threshold is as good then.
Threshold best_threshold(Labels truth, Scores scores, ThresholdFor measure);

}  // namespace groel::statistics
