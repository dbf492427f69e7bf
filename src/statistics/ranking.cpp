// Computes ROC and precision-recall curves by falling threshold.
#include "statistics/ranking.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace groel::statistics {
namespace {

struct Counts {
  double hits = 0, false_alarms = 0;
};

void check_scores(Labels truth, Scores scores) {
  if (truth.size() != scores.size() || truth.empty())
    throw Error(ErrorKind::bad_input,
                fmt::format("{} true values and {} scores cannot be compared", truth.size(), scores.size()));
  if (std::any_of(scores.begin(), scores.end(), [](double score) { return std::isnan(score); }))
    throw Error(ErrorKind::bad_input, "a score is not a number");
}

// Counts of what scores at least as high, one point per distinct score, from high to low.
std::vector<Counts> counts_by_threshold(Labels truth, Scores scores) {
  check_scores(truth, scores);
  struct Scored {
    double score;
    bool is_true;
  };
  std::vector<Scored> sorted;  // side by side, as memory is slower than the sort
  sorted.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) sorted.push_back({scores[i], truth[i] == 1});
  std::sort(sorted.begin(), sorted.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  std::vector<Counts> points;
  Counts now;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    (sorted[i].is_true ? now.hits : now.false_alarms) += 1;
    if (i + 1 == sorted.size() || sorted[i].score != sorted[i + 1].score) points.push_back(now);
  }
  return points;
}

bool on_a_line(const Counts& a, const Counts& b, const Counts& c) {
  return c.hits - b.hits == b.hits - a.hits && c.false_alarms - b.false_alarms == b.false_alarms - a.false_alarms;
}

double negative_log(double probability) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  return -std::log(std::clamp(probability, kEpsilon, 1 - kEpsilon));
}

struct Subset {
  std::vector<std::int64_t> truth;
  std::vector<double> scores;
};

// Scores of class `positive` for the samples of it and of `negative` (-1: of all other classes).
Subset one_class(const ClassScores& input, std::int64_t positive, std::int64_t negative) {
  Subset out;
  for (std::size_t i = 0; i < input.truth.size(); ++i) {
    if (negative >= 0 && input.truth[i] != positive && input.truth[i] != negative) continue;
    out.truth.push_back(input.truth[i] == positive ? 1 : 0);
    out.scores.push_back(
        input.scores[i * static_cast<std::size_t>(input.classes) + static_cast<std::size_t>(positive)]);
  }
  return out;
}

double auc_of(const ClassScores& input, std::int64_t positive, std::int64_t negative) {
  const Subset subset = one_class(input, positive, negative);
  return roc_auc(subset.truth, subset.scores);
}

void check_scores(const ClassScores& input) {
  if (input.classes < 2 || input.truth.empty() ||
      input.scores.size() != input.truth.size() * static_cast<std::size_t>(input.classes))
    throw Error(ErrorKind::bad_input, "scores of at least two classes are needed, a row for each true class");
  for (const std::int64_t label : input.truth)
    if (label < 0 || label >= input.classes)
      throw Error(ErrorKind::bad_input, fmt::format("label {} is outside the {} classes", label, input.classes));
}

}  // namespace

RocCurve roc_curve(Labels truth, Scores scores) {
  const std::vector<Counts> points = counts_by_threshold(truth, scores);
  const Counts all = points.back();
  RocCurve curve;
  const auto add = [&](const Counts& point) {
    curve.false_positive_rate.push_back(all.false_alarms > 0 ? point.false_alarms / all.false_alarms : NAN);
    curve.true_positive_rate.push_back(all.hits > 0 ? point.hits / all.hits : NAN);
  };
  add({});
  for (std::size_t i = 0; i < points.size(); ++i)
    if (points.size() <= 2 || i == 0 || i + 1 == points.size() || !on_a_line(points[i - 1], points[i], points[i + 1]))
      add(points[i]);
  return curve;
}

PrecisionRecallCurve precision_recall_curve(Labels truth, Scores scores) {
  const std::vector<Counts> points = counts_by_threshold(truth, scores);
  const double positives = points.back().hits;
  PrecisionRecallCurve curve;
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    curve.precision.push_back(point->hits / (point->hits + point->false_alarms));
    curve.recall.push_back(positives > 0 ? point->hits / positives : 1);
  }
  curve.precision.push_back(1);
  curve.recall.push_back(0);
  return curve;
}

double roc_auc(Labels truth, Scores scores) {
  const std::vector<Counts> points = counts_by_threshold(truth, scores);
  const Counts all = points.back();
  if (all.hits == 0 || all.false_alarms == 0)
    throw Error(ErrorKind::bad_input, "the area under the ROC curve needs both classes among the true values");
  double area = 0;
  Counts before;
  for (const Counts& point : points) {
    area += (point.false_alarms - before.false_alarms) * (point.hits + before.hits) / 2;
    before = point;
  }
  return area / (all.hits * all.false_alarms);
}

double average_precision(Labels truth, Scores scores) {
  const std::vector<Counts> points = counts_by_threshold(truth, scores);
  const double positives = points.back().hits;
  if (positives == 0) return 0;
  double sum = 0;
  double before = 0;
  for (const Counts& point : points) {
    sum += (point.hits - before) / positives * (point.hits / (point.hits + point.false_alarms));
    before = point.hits;
  }
  return sum;
}

double log_loss(Labels truth, Scores probability_of_1) {
  check_scores(truth, probability_of_1);
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i)
    sum += negative_log(truth[i] == 1 ? probability_of_1[i] : 1 - probability_of_1[i]);
  return sum / static_cast<double>(truth.size());
}

double brier_score(Labels truth, Scores probability_of_1) {
  check_scores(truth, probability_of_1);
  double sum = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double difference = static_cast<double>(truth[i]) - probability_of_1[i];
    sum += difference * difference;
  }
  return sum / static_cast<double>(truth.size());
}

double roc_auc(const ClassScores& input, Pairing pairing, Weighting weighting) {
  check_scores(input);
  std::vector<double> counts(static_cast<std::size_t>(input.classes));
  for (const std::int64_t label : input.truth) ++counts[static_cast<std::size_t>(label)];
  double sum = 0, weights = 0;
  const auto add = [&](double area, double prevalence) {
    const double weight = weighting == Weighting::macro ? 1 : prevalence;
    sum += weight * area;
    weights += weight;
  };
  for (std::int64_t a = 0; a < input.classes; ++a) {
    if (pairing == Pairing::one_vs_rest) add(auc_of(input, a, -1), counts[static_cast<std::size_t>(a)]);
    for (std::int64_t b = a + 1; pairing == Pairing::one_vs_one && b < input.classes; ++b)
      add((auc_of(input, a, b) + auc_of(input, b, a)) / 2,
          counts[static_cast<std::size_t>(a)] + counts[static_cast<std::size_t>(b)]);
  }
  return sum / weights;
}

double roc_auc_micro(const ClassScores& input) {
  check_scores(input);
  std::vector<std::int64_t> truth(input.scores.size());
  for (std::size_t i = 0; i < input.truth.size(); ++i)
    truth[i * static_cast<std::size_t>(input.classes) + static_cast<std::size_t>(input.truth[i])] = 1;
  return roc_auc(truth, input.scores);
}

double log_loss(const ClassScores& probabilities) {
  check_scores(probabilities);
  const auto classes = static_cast<std::size_t>(probabilities.classes);
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  double sum = 0;
  for (std::size_t i = 0; i < probabilities.truth.size(); ++i) {
    double total = 0;
    for (std::size_t c = 0; c < classes; ++c)
      total += std::clamp(probabilities.scores[i * classes + c], kEpsilon, 1 - kEpsilon);
    const double own = probabilities.scores[i * classes + static_cast<std::size_t>(probabilities.truth[i])];
    sum -= std::log(std::clamp(own, kEpsilon, 1 - kEpsilon) / total);
  }
  return sum / static_cast<double>(probabilities.truth.size());
}

double top_k_accuracy(const ClassScores& input, std::int64_t k) {
  check_scores(input);
  const auto classes = static_cast<std::size_t>(input.classes);
  double hits = 0;
  for (std::size_t i = 0; i < input.truth.size(); ++i) {
    const auto own = static_cast<std::size_t>(input.truth[i]);
    const double* row = input.scores.data() + i * classes;
    std::int64_t above = 0;
    for (std::size_t c = 0; c < classes; ++c) above += row[c] > row[own] || (row[c] == row[own] && c > own) ? 1 : 0;
    hits += above < k ? 1 : 0;
  }
  return hits / static_cast<double>(input.truth.size());
}

}  // namespace groel::statistics
