// Walks down the scores and keeps the best place to cut.
#include "statistics/thresholds.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace groel::statistics {
namespace {

// Of hits and false alarms among so many positives and negatives.
double measure_of(ThresholdFor measure, double hits, double alarms, double positives, double negatives) {
  if (measure == ThresholdFor::f1) return 2 * hits / (hits + alarms + positives);
  if (measure == ThresholdFor::balanced_accuracy) return (hits / positives + (negatives - alarms) / negatives) / 2;
  const double said = hits + alarms, not_said = positives + negatives - said;
  const double below = said * not_said * positives * negatives;
  return below == 0 ? 0 : (hits * (negatives - alarms) - alarms * (positives - hits)) / std::sqrt(below);
}

}  // namespace

Threshold best_threshold(Labels truth, Scores scores, ThresholdFor measure) {
  if (truth.size() != scores.size() || truth.empty())
    throw Error(ErrorKind::bad_input,
                fmt::format("{} true values and {} scores cannot be compared", truth.size(), scores.size()));
  if (std::any_of(scores.begin(), scores.end(), [](double score) { return std::isnan(score); }))
    throw Error(ErrorKind::bad_input, "a score is not a number");
  const auto positives = static_cast<double>(std::count(truth.begin(), truth.end(), 1));
  const double negatives = static_cast<double>(truth.size()) - positives;
  if (positives == 0 || negatives == 0)
    throw Error(ErrorKind::bad_input, "a threshold cannot be chosen where one class alone is true");
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  Threshold best{scores[order.front()], -INFINITY};
  double hits = 0, alarms = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (truth[order[i]] == 1 ? hits : alarms) += 1;
    if (i + 1 < order.size() && scores[order[i]] == scores[order[i + 1]]) continue;
    const double value = measure_of(measure, hits, alarms, positives, negatives);
    if (value > best.value) best = {scores[order[i]], value};
  }
  return best;
}

}  // namespace groel::statistics
