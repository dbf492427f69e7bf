// Scores of predicted classes, with scikit-learn's definitions and defaults.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace groel::statistics {

using Labels = std::span<const std::int64_t>;

/// Counts of (true, predicted) pairs over the labels that occur, in rising order.
class Confusion {
 public:
  /// Errors: bad_input when the two differ in length or are empty.
  Confusion(Labels truth, Labels predicted);

  const std::vector<std::int64_t>& labels() const noexcept { return labels_; }
  /// Rows are true classes, columns predicted ones.
  const std::vector<std::vector<std::int64_t>>& matrix() const noexcept { return matrix_; }

  double accuracy() const;
  /// Mean recall of the classes that occur among the true ones.
  double balanced_accuracy() const;
  /// 0 where a side is constant.
  double matthews_correlation() const;
  /// NaN where only one class occurs.
  double cohen_kappa() const;

 private:
  std::vector<std::int64_t> labels_;
  std::vector<std::vector<std::int64_t>> matrix_;
  std::vector<double> true_sums_, predicted_sums_;
  double correct_ = 0;
  double count_ = 0;
};

/// What precision and recall are made of, for one class.
struct ClassCounts {
  double hits = 0;       ///< predicted and true
  double predicted = 0;  ///< predicted
  double truth = 0;      ///< true
};

/// Divisions by zero give 0.
struct PrecisionRecall {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};
PrecisionRecall precision_recall(const ClassCounts& counts);

enum class Average { macro, micro, weighted };
PrecisionRecall precision_recall(std::span<const ClassCounts> classes, Average average);

/// Counts of each label of a confusion matrix, and of the one label `positive`.
std::vector<ClassCounts> class_counts(const Confusion& confusion);
ClassCounts class_counts(Labels truth, Labels predicted, std::int64_t positive);

}  // namespace groel::statistics
