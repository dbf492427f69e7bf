// Reads a table of predictions, by its kind.
#include "tasks/evaluate/predictions.h"

#include <algorithm>
#include <cmath>

#include "base/words.h"
#include "io/numbers.h"
#include "tasks/evaluate/predictions_columns.h"

namespace groel::tasks {
namespace {

PredictionKind kind_of(const std::string& name) {
  if (name == "multiclass") return PredictionKind::multiclass;
  if (name == "multilabel") return PredictionKind::multilabel;
  return name == "regression" ? PredictionKind::regression : PredictionKind::binary;
}

std::vector<double> column_of_numbers(const PredictionTable& table, std::size_t column, Sink& sink) {
  PredictionTable one = table;
  one.scores = {column};
  return read_score_columns(one, sink);
}

void read_regression(const PredictionTable& table, TablePredictions& out, Sink& sink) {
  const std::vector<std::size_t>& predicted = table.scores.empty() ? table.labels : table.scores;
  if (table.truth.size() != 1 || predicted.size() != 1)
    throw Error(ErrorKind::usage, {"numbers have one column of true values and one of predicted ones",
                                   {},
                                   "name them with `truth_column` and `score_columns`"});
  const std::vector<double> x = column_of_numbers(table, table.truth[0], sink);
  const std::vector<double> y = column_of_numbers(table, predicted[0], sink);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(x[i]) || std::isnan(y[i])) {
      ++out.left_out;
      continue;
    }
    out.numbers.push_back(x[i]);
    out.predicted_numbers.push_back(y[i]);
  }
  out.rows = out.numbers.size();
}

template <class T>
std::vector<T> picked(const std::vector<T>& values, std::span<const std::size_t> rows, std::size_t columns) {
  std::vector<T> out;
  if (values.empty()) return out;
  out.reserve(rows.size() * columns);
  for (const std::size_t row : rows)
    for (std::size_t c = 0; c < columns; ++c) out.push_back(values[row * columns + c]);
  return out;
}

}  // namespace

std::vector<double> scores_of_column(const std::vector<double>& values, std::size_t columns, std::size_t c) {
  std::vector<double> out;
  for (std::size_t at = c; at < values.size(); at += columns) out.push_back(values[at]);
  return out;
}

TablePredictions read_predictions(const std::string& path, const PredictionOptions& options, Sink& sink) {
  const PredictionTable table = read_prediction_table(path, options, sink);
  TablePredictions out;
  out.kind = kind_of(options.kind);
  switch (out.kind) {
    case PredictionKind::binary:
    case PredictionKind::multiclass: read_one_class(table, options, out, sink); break;
    case PredictionKind::multilabel: read_several_labels(table, options, out, sink); break;
    case PredictionKind::regression: read_regression(table, out, sink); break;
  }
  if (out.left_out > 0)
    sink.warning(fmt::format("{}: {} without a true or predicted value left out", table.table.source,
                             counted(out.left_out, "row")));
  if (out.rows == 0)
    throw Error(ErrorKind::bad_input, {"no row has both a true and a predicted value", table.table.source, {}});
  out.thresholds.assign(out.kind == PredictionKind::multilabel ? out.classes.size() : 1, options.threshold);
  if (options.label_column.empty()) predict_by_scores(out);
  return out;
}

TablePredictions rows_of(const TablePredictions& all, std::span<const std::size_t> rows) {
  TablePredictions out;
  out.kind = all.kind;
  out.rows = rows.size();
  out.classes = all.classes;
  out.positive = all.positive;
  out.score_classes = all.score_classes;
  out.thresholds = all.thresholds;
  const std::size_t labels = all.kind == PredictionKind::multilabel ? all.classes.size() : 1;
  out.truth = picked(all.truth, rows, labels);
  out.predicted = picked(all.predicted, rows, labels);
  out.scores = picked(all.scores, rows, all.columns());
  out.probabilities = picked(all.probabilities, rows, all.columns());
  out.numbers = picked(all.numbers, rows, 1);
  out.predicted_numbers = picked(all.predicted_numbers, rows, 1);
  return out;
}

void predict_by_scores(TablePredictions& predictions) {
  const std::size_t columns = predictions.columns();
  if (predictions.probabilities.empty()) return;
  predictions.predicted.clear();
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    const double* const p = predictions.probabilities.data() + row * columns;
    if (predictions.kind == PredictionKind::multiclass)
      predictions.predicted.push_back(static_cast<std::int64_t>(
          predictions.score_classes[static_cast<std::size_t>(std::max_element(p, p + columns) - p)]));
    else if (predictions.kind == PredictionKind::binary)
      predictions.predicted.push_back(static_cast<std::int64_t>(
          p[0] >= predictions.thresholds[0] ? predictions.positive : 1 - predictions.positive));
    else
      for (std::size_t c = 0; c < columns; ++c)
        predictions.predicted.push_back(p[c] >= predictions.thresholds[c] ? 1 : 0);
  }
}

}  // namespace groel::tasks
