// Measures of one term: few proteins have a score for it, all others have 0.
#include <algorithm>
#include <array>
#include <cmath>

#include "statistics/cafa.h"

namespace groel::statistics {
namespace {

// Proteins with the same score.
struct Group {
  double positives = 0, negatives = 0;
};

// From the highest score to 0, which ends the list.
std::vector<Group> groups_of(std::vector<ScoredLabel>& predicted, double positives, double negatives) {
  std::sort(predicted.begin(), predicted.end(),
            [](const ScoredLabel& a, const ScoredLabel& b) { return a.score > b.score; });
  std::vector<Group> out;
  for (std::size_t i = 0; i < predicted.size() && predicted[i].score > 0; ++i) {
    if (i == 0 || predicted[i].score != predicted[i - 1].score) out.emplace_back();
    ++(predicted[i].is_true ? out.back().positives : out.back().negatives);
  }
  Group rest{positives, negatives};
  for (const Group& group : out) {
    rest.positives -= group.positives;
    rest.negatives -= group.negatives;
  }
  out.push_back(rest);
  return out;
}

void rank(const std::vector<Group>& groups, double positives, double negatives, TermMeasures& out) {
  double above = 0, all = 0, area = 0, precision = 0;
  for (const Group& group : groups) {
    area += group.negatives * (above + group.positives / 2);
    above += group.positives;
    all += group.positives + group.negatives;
    if (group.positives > 0) precision += group.positives * above / all;
  }
  out.roc_auc = positives > 0 && negatives > 0 ? area / (positives * negatives) : NAN;
  out.average_precision = positives > 0 ? precision / positives : NAN;
}

void cut(const std::vector<ScoredLabel>& predicted, double positives, double proteins, TermMeasures& out) {
  std::array<double, kCafaSteps + 2> all{}, hits{};
  for (const ScoredLabel& one : predicted) {
    const std::size_t step = cafa_step(one.score);
    ++all[step];
    hits[step] += one.is_true ? 1 : 0;
  }
  out.s = INFINITY;
  for (std::size_t k = kCafaSteps; k > 0; --k) {
    all[k] += all[k + 1];
    hits[k] += hits[k + 1];
    const double threshold = static_cast<double>(k) / kCafaSteps;
    const double f = 2 * hits[k] / (all[k] + positives);
    const double s = std::hypot((positives - hits[k]) / proteins, (all[k] - hits[k]) / proteins);
    if (f > 0 && f >= out.f) {  // of equal ones the lowest threshold
      out.f = f;
      out.f_threshold = threshold;
    }
    if (s <= out.s) {
      out.s = s;
      out.s_threshold = threshold;
    }
  }
}

}  // namespace

TermMeasures term_measures(std::vector<ScoredLabel> predicted, std::int64_t positives, std::int64_t proteins) {
  TermMeasures out;
  const auto with = static_cast<double>(positives), all = static_cast<double>(proteins);
  rank(groups_of(predicted, with, all - with), with, all - with, out);
  cut(predicted, with, all, out);
  return out;
}

}  // namespace groel::statistics
