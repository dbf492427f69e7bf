// Counts predicted and true classes and computes scores from them.
#include "statistics/classification.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace groel::statistics {
namespace {

double ratio(double above, double below) { return below == 0 ? 0 : above / below; }

void check_lengths(std::size_t a, std::size_t b) {
  if (a != b || a == 0)
    throw Error(ErrorKind::bad_input, fmt::format("{} true values and {} predicted ones cannot be compared", a, b));
}

}  // namespace

Confusion::Confusion(Labels truth, Labels predicted) {
  check_lengths(truth.size(), predicted.size());
  labels_.assign(truth.begin(), truth.end());
  labels_.insert(labels_.end(), predicted.begin(), predicted.end());
  std::sort(labels_.begin(), labels_.end());
  labels_.erase(std::unique(labels_.begin(), labels_.end()), labels_.end());
  const auto place = [&](std::int64_t label) {
    return static_cast<std::size_t>(std::lower_bound(labels_.begin(), labels_.end(), label) - labels_.begin());
  };
  matrix_.assign(labels_.size(), std::vector<std::int64_t>(labels_.size()));
  for (std::size_t i = 0; i < truth.size(); ++i) ++matrix_[place(truth[i])][place(predicted[i])];
  true_sums_.resize(labels_.size());
  predicted_sums_.resize(labels_.size());
  for (std::size_t t = 0; t < labels_.size(); ++t)
    for (std::size_t p = 0; p < labels_.size(); ++p) {
      true_sums_[t] += static_cast<double>(matrix_[t][p]);
      predicted_sums_[p] += static_cast<double>(matrix_[t][p]);
      if (t == p) correct_ += static_cast<double>(matrix_[t][p]);
    }
  count_ = static_cast<double>(truth.size());
}

double Confusion::accuracy() const { return correct_ / count_; }

double Confusion::balanced_accuracy() const {
  double sum = 0;
  double classes = 0;
  for (std::size_t c = 0; c < labels_.size(); ++c) {
    if (true_sums_[c] == 0) continue;
    sum += static_cast<double>(matrix_[c][c]) / true_sums_[c];
    ++classes;
  }
  return sum / classes;
}

// Gorodkin 2004, equation 8.
double Confusion::matthews_correlation() const {
  double both = 0, truth = 0, predicted = 0;
  for (std::size_t c = 0; c < labels_.size(); ++c) {
    both += true_sums_[c] * predicted_sums_[c];
    truth += true_sums_[c] * true_sums_[c];
    predicted += predicted_sums_[c] * predicted_sums_[c];
  }
  const double below = (count_ * count_ - truth) * (count_ * count_ - predicted);
  return below == 0 ? 0 : (correct_ * count_ - both) / std::sqrt(below);
}

double Confusion::cohen_kappa() const {
  double expected = 0;
  for (std::size_t c = 0; c < labels_.size(); ++c) expected += true_sums_[c] * predicted_sums_[c] / count_;
  if (count_ == expected) return std::numeric_limits<double>::quiet_NaN();
  return 1 - (count_ - correct_) / (count_ - expected);
}

PrecisionRecall precision_recall(const ClassCounts& counts) {
  const double precision = ratio(counts.hits, counts.predicted);
  const double recall = ratio(counts.hits, counts.truth);
  return {precision, recall, ratio(2 * precision * recall, precision + recall)};
}

PrecisionRecall precision_recall(std::span<const ClassCounts> classes, Average average) {
  ClassCounts total;
  PrecisionRecall sum;
  double weights = 0;
  for (const ClassCounts& counts : classes) {
    const PrecisionRecall own = precision_recall(counts);
    const double weight = average == Average::weighted ? counts.truth : 1;
    sum.precision += weight * own.precision;
    sum.recall += weight * own.recall;
    sum.f1 += weight * own.f1;
    weights += weight;
    total.hits += counts.hits;
    total.predicted += counts.predicted;
    total.truth += counts.truth;
  }
  if (average == Average::micro) return precision_recall(total);
  return {ratio(sum.precision, weights), ratio(sum.recall, weights), ratio(sum.f1, weights)};
}

std::vector<ClassCounts> class_counts(const Confusion& confusion) {
  const auto& matrix = confusion.matrix();
  std::vector<ClassCounts> counts(matrix.size());
  for (std::size_t t = 0; t < matrix.size(); ++t)
    for (std::size_t p = 0; p < matrix.size(); ++p) {
      const auto n = static_cast<double>(matrix[t][p]);
      counts[t].truth += n;
      counts[p].predicted += n;
      if (t == p) counts[t].hits += n;
    }
  return counts;
}

ClassCounts class_counts(Labels truth, Labels predicted, std::int64_t positive) {
  check_lengths(truth.size(), predicted.size());
  ClassCounts counts;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    counts.truth += truth[i] == positive ? 1 : 0;
    counts.predicted += predicted[i] == positive ? 1 : 0;
    counts.hits += truth[i] == positive && predicted[i] == positive ? 1 : 0;
  }
  return counts;
}

}  // namespace groel::statistics
