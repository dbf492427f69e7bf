// TablePredictions and true values as a table has them, ready to be scored.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tasks/evaluate/options.h"
#include "tasks/task.h"

namespace groel::tasks {

enum class PredictionKind { binary, multiclass, multilabel, regression };

/// A table's rows. What the table does not have is empty.
struct TablePredictions {
  PredictionKind kind = PredictionKind::binary;
  std::size_t rows = 0;
  /// binary, multiclass: all classes that occur, in order; multilabel: the labels
  std::vector<std::string> classes;
  std::size_t positive = 0;  ///< binary: its class
  /// binary, multiclass: places of classes, [n]; multilabel: 1 where a label applies, [n, C]
  std::vector<std::int64_t> truth, predicted;
  /// Places of classes of the columns of scores, [columns]; binary: the positive one alone
  std::vector<std::size_t> score_classes;
  std::vector<double> scores, probabilities;       ///< [n, columns]
  std::vector<double> numbers, predicted_numbers;  ///< regression, [n]
  std::size_t left_out = 0;                        ///< rows without a value that is needed
  std::vector<double> thresholds;                  ///< binary: one; multilabel: of each label

  /// The columns of a row in `truth` (labels) or `scores`.
  std::size_t columns() const { return kind == PredictionKind::multilabel ? classes.size() : score_classes.size(); }
};

/// Errors: as io::read_table and Columns::named; usage for columns that the kind does not have; bad_input for cells
/// that are no labels or numbers, and labels that no column of scores belongs to.
TablePredictions read_predictions(const std::string& path, const PredictionOptions& options, Sink& sink);

/// The rows of a resample.
TablePredictions rows_of(const TablePredictions& all, std::span<const std::size_t> rows);

/// Says of each row what is predicted: by the thresholds, or the class with the highest score.
void predict_by_scores(TablePredictions& predictions);

/// Column `c` of values [rows, columns].
std::vector<double> scores_of_column(const std::vector<double>& values, std::size_t columns, std::size_t c);

}  // namespace groel::tasks
