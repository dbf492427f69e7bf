// Computes correlations and AUROC.
#include "tasks/score/evaluation.h"

#include <algorithm>
#include <cmath>

#include "base/json_numbers.h"
#include "statistics/ranking.h"
#include "statistics/regression.h"

namespace groel::tasks {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

Agreement agreement(const std::string& column, std::span<const double> scores, std::span<const double> measured,
                    std::optional<double> threshold) {
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t i = 0; i < scores.size(); ++i)
    if (!std::isnan(scores[i]) && !std::isnan(measured[i])) {
      x.push_back(scores[i]);
      y.push_back(measured[i]);
    }
  Agreement out{column,
                static_cast<std::int64_t>(x.size()),
                static_cast<std::int64_t>(scores.size()),
                NAN,
                NAN,
                NAN,
                threshold.value_or(NAN)};
  if (x.size() < 2) return out;
  out.spearman = statistics::spearman(x, y).value;
  out.pearson = statistics::pearson(x, y).value;
  if (!threshold) out.threshold = median(y);
  std::vector<std::int64_t> labels;
  for (const double value : y) labels.push_back(value > out.threshold ? 1 : 0);
  const auto positives = std::count(labels.begin(), labels.end(), 1);
  if (positives > 0 && positives < out.count) out.auroc = statistics::roc_auc(labels, x);
  return out;
}

nlohmann::ordered_json to_json(const Agreement& a) {
  return {{"column", a.column},
          {"variants", a.count},
          {"rows", a.rows},
          {"spearman", number_or_null(a.spearman)},
          {"pearson", number_or_null(a.pearson)},
          {"auroc", number_or_null(a.auroc)},
          {"threshold", number_or_null(a.threshold)}};
}

}  // namespace groel::tasks
