// Computes multi-label scores: averages over labels and over samples.
#include "statistics/multilabel.h"

#include <cmath>
#include <functional>

#include "base/error.h"

namespace groel::statistics {
namespace {

// Rows or columns of a matrix.
struct Lines {
  std::size_t count = 0, length = 0, step = 0, next = 0;
  std::size_t at(std::size_t line, std::size_t i) const { return line * next + i * step; }
};

Lines lines_of(const LabelMatrix& matrix, std::size_t other_size, LabelAverage average) {
  const auto labels = static_cast<std::size_t>(matrix.labels);
  if (labels == 0 || matrix.values.empty() || matrix.values.size() % labels != 0 || other_size != matrix.values.size())
    throw Error(ErrorKind::bad_input, "true and predicted labels must be matrices of one shape");
  const std::size_t samples = matrix.values.size() / labels;
  if (average == LabelAverage::micro) return {1, matrix.values.size(), 1, 0};
  if (average == LabelAverage::samples) return {samples, labels, 1, labels};
  return {labels, samples, labels, 1};
}

using RankScore = double (*)(Labels, Scores);

double averaged(const LabelMatrix& truth, Scores scores, LabelAverage average, RankScore score) {
  const Lines lines = lines_of(truth, scores.size(), average);
  double sum = 0, weights = 0;
  std::vector<std::int64_t> labels(lines.length);
  std::vector<double> values(lines.length);
  for (std::size_t line = 0; line < lines.count; ++line) {
    double positives = 0;
    for (std::size_t i = 0; i < lines.length; ++i) {
      labels[i] = truth.values[lines.at(line, i)];
      values[i] = scores[lines.at(line, i)];
      positives += static_cast<double>(labels[i]);
    }
    const double weight = average == LabelAverage::weighted ? positives : 1;
    sum += weight * score(labels, values);
    weights += weight;
  }
  return weights == 0 ? 0 : sum / weights;
}

}  // namespace

double subset_accuracy(const LabelMatrix& truth, const LabelMatrix& predicted) {
  const Lines rows = lines_of(truth, predicted.values.size(), LabelAverage::samples);
  double right = 0;
  for (std::size_t row = 0; row < rows.count; ++row) {
    bool same = true;
    for (std::size_t i = 0; i < rows.length; ++i)
      same = same && truth.values[rows.at(row, i)] == predicted.values[rows.at(row, i)];
    right += same ? 1 : 0;
  }
  return right / static_cast<double>(rows.count);
}

double hamming_loss(const LabelMatrix& truth, const LabelMatrix& predicted) {
  lines_of(truth, predicted.values.size(), LabelAverage::micro);
  double wrong = 0;
  for (std::size_t i = 0; i < truth.values.size(); ++i) wrong += truth.values[i] != predicted.values[i] ? 1 : 0;
  return wrong / static_cast<double>(truth.values.size());
}

PrecisionRecall precision_recall(const LabelMatrix& truth, const LabelMatrix& predicted, LabelAverage average) {
  const Lines lines = lines_of(truth, predicted.values.size(), average);
  std::vector<ClassCounts> counts(lines.count);
  for (std::size_t line = 0; line < lines.count; ++line)
    for (std::size_t i = 0; i < lines.length; ++i) {
      const bool is = truth.values[lines.at(line, i)] != 0;
      const bool said = predicted.values[lines.at(line, i)] != 0;
      counts[line].truth += is ? 1 : 0;
      counts[line].predicted += said ? 1 : 0;
      counts[line].hits += is && said ? 1 : 0;
    }
  return precision_recall(counts, average == LabelAverage::weighted ? Average::weighted : Average::macro);
}

double roc_auc(const LabelMatrix& truth, Scores scores, LabelAverage average) {
  return averaged(truth, scores, average, roc_auc);
}

DefinedMean roc_auc_of_defined(const LabelMatrix& truth, Scores scores) {
  const Lines lines = lines_of(truth, scores.size(), LabelAverage::macro);
  DefinedMean out;
  std::vector<std::int64_t> labels(lines.length);
  std::vector<double> values(lines.length);
  for (std::size_t line = 0; line < lines.count; ++line) {
    std::int64_t positives = 0;
    for (std::size_t i = 0; i < lines.length; ++i) {
      positives += labels[i] = truth.values[lines.at(line, i)];
      values[i] = scores[lines.at(line, i)];
    }
    if (positives == 0 || positives == static_cast<std::int64_t>(lines.length)) continue;
    out.value += roc_auc(labels, values);
    ++out.count;
  }
  out.value = out.count > 0 ? out.value / static_cast<double>(out.count) : NAN;
  return out;
}

double average_precision(const LabelMatrix& truth, Scores scores, LabelAverage average) {
  return averaged(truth, scores, average, average_precision);
}

}  // namespace groel::statistics
