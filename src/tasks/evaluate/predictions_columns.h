// The columns of a table of predictions, found by the options, and cells of them.
#pragma once

#include <string>
#include <vector>

#include "io/table.h"
#include "tasks/evaluate/predictions.h"

namespace groel::tasks {

/// A table and where its truth, labels and scores are.
struct PredictionTable {
  io::Table table;
  std::vector<std::size_t> truth, labels, scores;

  std::vector<std::string> texts(std::size_t column) const { return table.texts(column); }
  const std::string& name(std::size_t column) const { return table.columns.names[column]; }
  /// Names of the columns of scores.
  std::vector<std::string> score_names() const;
  /// Leaves out the rows that are marked.
  void erase(const std::vector<bool>& rows);
};

/// Errors: as read_predictions.
PredictionTable read_prediction_table(const std::string& path, const PredictionOptions& options, Sink& sink);

/// Numbers of several columns, [n, columns], NaN where a cell is none: those are counted and said.
std::vector<double> read_score_columns(const PredictionTable& table, Sink& sink);

/// Each column's class, by name where every class of the truth has a column; else by place, which is noted, where no
/// column is called after a class. Errors: bad_input naming the classes and the columns.
std::vector<std::size_t> classes_of_columns(const std::vector<std::string>& columns, std::vector<std::string>& classes,
                                            const std::string& where, Sink& sink);

/// Numbers outside 0 to 1 are logits, unless `kind` says otherwise.
bool are_logits(const std::vector<double>& scores, const std::string& kind);

/// The kinds that read_predictions chooses from.
void read_one_class(const PredictionTable& table, const PredictionOptions& options, TablePredictions& out, Sink& sink);
void read_several_labels(const PredictionTable& table, const PredictionOptions& options, TablePredictions& out,
                         Sink& sink);

}  // namespace groel::tasks
