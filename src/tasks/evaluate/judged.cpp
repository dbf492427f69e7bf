// Hands predictions to the functions of statistics.
#include "tasks/evaluate/judged.h"

#include <algorithm>

#include "base/json_numbers.h"
#include "base/words.h"
#include "statistics/bootstrap.h"
#include "statistics/thresholds.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;
using statistics::Detail;
using statistics::ScoreSheet;

// One class against the rest, as 1 and 0.
std::vector<std::int64_t> is_class(const TablePredictions& p, const std::vector<std::int64_t>& values, std::size_t c) {
  std::vector<std::int64_t> out;
  if (values.empty()) return out;
  const bool several = p.kind == PredictionKind::multilabel;
  for (std::size_t row = 0; row < p.rows; ++row)
    out.push_back(several ? values[row * p.classes.size() + c] : values[row] == static_cast<std::int64_t>(c) ? 1 : 0);
  return out;
}

// The column of a class's scores; none: it has none.
std::optional<std::size_t> score_column(const TablePredictions& p, std::size_t c) {
  if (p.scores.empty()) return std::nullopt;
  if (p.kind == PredictionKind::multilabel) return c;
  const auto found = std::find(p.score_classes.begin(), p.score_classes.end(), c);
  if (found == p.score_classes.end()) return std::nullopt;
  return static_cast<std::size_t>(found - p.score_classes.begin());
}

void add_ranking(ordered_json& row, const std::vector<std::int64_t>& truth, const std::vector<double>& scores) {
  const auto positives = std::count(truth.begin(), truth.end(), 1);
  const bool both = positives > 0 && positives < static_cast<std::ptrdiff_t>(truth.size());
  row["roc_auc"] = both ? number_or_null(statistics::roc_auc(truth, scores)) : ordered_json();
  row["average_precision"] = number_or_null(statistics::average_precision(truth, scores));
}

void add_single(ScoreSheet& sheet, const TablePredictions& p, Detail detail) {
  const bool binary = p.kind == PredictionKind::binary;
  const auto positive = binary ? std::optional(static_cast<std::int64_t>(p.positive)) : std::nullopt;
  if (!p.predicted.empty()) add_classes(sheet, {p.truth, p.predicted, positive}, detail);
  if (p.scores.empty()) return;
  if (binary) return add_binary_scores(sheet, {is_class(p, p.truth, p.positive), p.scores, p.probabilities}, detail);
  std::vector<std::int64_t> truth;  // as places of columns
  for (const std::int64_t label : p.truth)
    truth.push_back(std::find(p.score_classes.begin(), p.score_classes.end(), static_cast<std::size_t>(label)) -
                    p.score_classes.begin());
  add_class_scores(sheet, {truth, p.probabilities, static_cast<std::int64_t>(p.columns())});
}

statistics::ThresholdFor measure_of(const std::string& name) {
  if (name == "mcc") return statistics::ThresholdFor::matthews_correlation;
  return name == "f1" ? statistics::ThresholdFor::f1 : statistics::ThresholdFor::balanced_accuracy;
}

void check_same(const TablePredictions& predictions, const TablePredictions& validation) {
  if (predictions.classes != validation.classes || predictions.positive != validation.positive)
    throw Error(ErrorKind::bad_input, {fmt::format("this table's classes are {}, those of the predictions {}",
                                                   listed(validation.classes, 20), listed(predictions.classes, 20)),
                                       "--tune-on", "both tables need the same classes and columns"});
}

}  // namespace

ScoreSheet sheet_of(const TablePredictions& p, Detail detail) {
  ScoreSheet sheet;
  if (p.kind == PredictionKind::regression)
    add_numbers(sheet, p.numbers, p.predicted_numbers);
  else if (p.kind == PredictionKind::multilabel)
    add_labels(sheet, {{p.truth, static_cast<std::int64_t>(p.classes.size())},
                       {p.predicted, static_cast<std::int64_t>(p.classes.size())},
                       p.scores});
  else
    add_single(sheet, p, detail);
  return sheet;
}

ordered_json class_rows(const TablePredictions& p) {
  ordered_json out = ordered_json::array();
  for (std::size_t c = 0; c < p.classes.size(); ++c) {
    const std::vector<std::int64_t> truth = is_class(p, p.truth, c), predicted = is_class(p, p.predicted, c);
    ordered_json row{{"class", p.classes[c]}, {"support", std::count(truth.begin(), truth.end(), 1)}};
    if (!predicted.empty()) {
      const auto scores = statistics::precision_recall(statistics::class_counts(truth, predicted, 1));
      row["precision"] = scores.precision;
      row["recall"] = scores.recall;
      row["f1"] = scores.f1;
    }
    const auto own = score_column(p, c);
    if (!p.scores.empty()) row.update({{"roc_auc", nullptr}, {"average_precision", nullptr}});
    if (own) add_ranking(row, truth, scores_of_column(p.scores, p.columns(), *own));
    if (p.kind == PredictionKind::multilabel && !p.scores.empty()) row["threshold"] = p.thresholds[c];
    out.push_back(std::move(row));
  }
  return out;
}

void tune(TablePredictions& predictions, const TablePredictions& validation, const PredictionOptions& options,
          Sink& sink) {
  const bool several = predictions.kind == PredictionKind::multilabel;
  if ((!several && predictions.kind != PredictionKind::binary) || predictions.scores.empty())
    throw Error(ErrorKind::usage, {"there is no threshold to choose", "--tune-on",
                                   "it goes with `score_columns` of `kind=binary` or `kind=multilabel`"});
  check_same(predictions, validation);
  std::size_t kept = 0;
  for (std::size_t c = 0; c < predictions.thresholds.size(); ++c) {
    const auto truth = is_class(validation, validation.truth, several ? c : validation.positive);
    const auto positives = std::count(truth.begin(), truth.end(), 1);
    if (positives == 0 || positives == static_cast<std::ptrdiff_t>(truth.size())) {
      ++kept;
      continue;
    }
    const auto scores = scores_of_column(validation.probabilities, validation.columns(), c);
    predictions.thresholds[c] = best_threshold(truth, scores, measure_of(options.tune_for)).threshold;
  }
  if (kept > 0)
    sink.warning(fmt::format("{} of {} kept at {}: one class alone is true of the label in the table of --tune-on",
                             counted(kept, "threshold"), predictions.thresholds.size(), options.threshold));
  predict_by_scores(predictions);
}

ordered_json intervals_of(const TablePredictions& predictions, const PredictionOptions& options, std::int64_t seed) {
  const statistics::BootstrapOptions how{options.bootstrap, static_cast<std::uint64_t>(seed), 0.95};
  const auto found = statistics::bootstrap(predictions.rows, how, [&](std::span<const std::size_t> rows) {
    return sheet_of(rows_of(predictions, rows), Detail::numbers).numbers();
  });
  ordered_json out{{"level", how.level}, {"resamples", how.draws}, {"seed", seed}};
  ordered_json scores = ordered_json::object(), undefined = ordered_json::object();
  for (const auto& [name, interval] : found) {
    scores[name] = {interval.low, interval.high};
    if (interval.undefined > 0) undefined[name] = interval.undefined;
  }
  out["scores"] = std::move(scores);
  if (!undefined.empty()) out["undefined_in_resamples"] = std::move(undefined);
  return out;
}

}  // namespace groel::tasks
