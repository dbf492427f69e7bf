// Sorts scores once, and counts labels above each of them as often as it is asked.
#include "statistics/ranked_labels.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace groel::statistics {

RankedLabels::RankedLabels(Labels truth, Scores scores, std::size_t columns) {
  if (truth.size() != scores.size() || truth.empty() || columns == 0)
    throw Error(ErrorKind::bad_input,
                fmt::format("{} true values and {} scores cannot be compared", truth.size(), scores.size()));
  struct Scored {
    double score;
    Entry entry;
  };
  std::vector<Scored> sorted;
  sorted.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (std::isnan(scores[i])) throw Error(ErrorKind::bad_input, "a score is not a number");
    sorted.push_back({scores[i], {static_cast<std::uint32_t>(i / columns), truth[i] == 1, false}});
  }
  std::sort(sorted.begin(), sorted.end(), [](const Scored& a, const Scored& b) { return a.score > b.score; });
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    entries_.push_back(sorted[i].entry);
    entries_.back().closes = i + 1 == sorted.size() || sorted[i].score != sorted[i + 1].score;
  }
}

double RankedLabels::average_precision(std::span<const std::uint32_t> times) const {
  double positives = 0;
  for (const Entry& entry : entries_)
    if (entry.is_true) positives += times[entry.row];
  if (positives == 0) return 0;
  double sum = 0, hits = 0, all = 0, before = 0;
  for (const Entry& entry : entries_) {
    const double count = times[entry.row];
    all += count;
    if (entry.is_true) hits += count;
    if (!entry.closes || hits == before) continue;
    sum += (hits - before) / positives * (hits / all);
    before = hits;
  }
  return sum;
}

}  // namespace groel::statistics
