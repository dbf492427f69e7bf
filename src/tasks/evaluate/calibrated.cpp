// Calibration of predicted probabilities, before and after a temperature.
#include <algorithm>

#include "base/json_numbers.h"
#include "statistics/calibration.h"
#include "tasks/evaluate/judged.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

// What was claimed with which probability, and whether it came true: of the positive class, of the most probable one,
// or of every label of every row.
struct Claims {
  std::vector<std::int64_t> truth;  // 1 and 0, or the place of the true class's column
  std::int64_t classes = 1;         // 1: yes or no

  statistics::Reliability reliability(const std::vector<double>& probabilities, std::int64_t bins) const {
    if (classes == 1) return statistics::reliability(truth, probabilities, bins);
    const auto best = statistics::confidence_of({truth, probabilities, classes});
    return statistics::reliability(best.right, best.probability, bins);
  }
  double log_loss(const std::vector<double>& probabilities) const {
    return classes == 1 ? statistics::log_loss(truth, probabilities)
                        : statistics::log_loss({truth, probabilities, classes});
  }
  double temperature(const std::vector<double>& probabilities) const {
    return classes == 1 ? statistics::temperature_of(truth, probabilities)
                        : statistics::temperature_of({truth, probabilities, classes});
  }
  std::vector<double> tempered(const std::vector<double>& probabilities, double temperature) const {
    return classes == 1 ? statistics::tempered(probabilities, temperature)
                        : statistics::tempered({truth, probabilities, classes}, temperature);
  }
};

Claims claims_of(const TablePredictions& p) {
  if (p.kind == PredictionKind::multilabel) return {p.truth, 1};
  Claims out{{}, p.kind == PredictionKind::binary ? 1 : static_cast<std::int64_t>(p.columns())};
  for (const std::int64_t label : p.truth) {
    const auto place = static_cast<std::size_t>(label);
    out.truth.push_back(out.classes == 1 ? (place == p.positive ? 1 : 0)
                                         : std::find(p.score_classes.begin(), p.score_classes.end(), place) -
                                               p.score_classes.begin());
  }
  return out;
}

ordered_json curve(const statistics::Reliability& reliability) {
  ordered_json out = ordered_json::array();
  for (const auto& bin : reliability.bins)
    out.push_back({{"low", bin.low},
                   {"high", bin.high},
                   {"count", bin.count},
                   {"confidence", number_or_null(bin.confidence)},
                   {"observed", number_or_null(bin.observed)}});
  return out;
}

}  // namespace

ordered_json calibration_of(const TablePredictions& predictions, const TablePredictions& fit_on, std::int64_t bins) {
  if (predictions.probabilities.empty())
    throw Error(ErrorKind::usage, {"calibration is of probabilities", "--calibration", "name `score_columns`"});
  const Claims claims = claims_of(predictions);
  const auto before = claims.reliability(predictions.probabilities, bins);
  const double temperature = claims_of(fit_on).temperature(fit_on.probabilities);
  const auto mended = claims.tempered(predictions.probabilities, temperature);
  const auto after = claims.reliability(mended, bins);
  return {{"expected_calibration_error", before.expected_error},
          {"largest_calibration_error", before.largest_error},
          {"log_loss", claims.log_loss(predictions.probabilities)},
          {"temperature", temperature},
          {"temperature_fitted_on", &fit_on == &predictions ? "these rows" : "the table of --tune-on"},
          {"expected_calibration_error_after", after.expected_error},
          {"log_loss_after", claims.log_loss(mended)},
          {"reliability", curve(before)},
          {"reliability_after", curve(after)}};
}

}  // namespace groel::tasks
