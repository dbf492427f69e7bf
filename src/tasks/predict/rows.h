// What a predictor said of a protein, as rows of a table.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "predictors/predictor.h"

namespace groel::tasks {

enum class RowForm { csv, tsv, json_lines };
/// Labels of residues: one text for a protein, or a row for each residue.
enum class ResidueForm { text, rows };

struct RowOptions {
  RowForm form = RowForm::csv;
  ResidueForm residues = ResidueForm::text;
  bool all_labels = false;
  std::int64_t top = 0;                        ///< rows for the likeliest labels; 0: one row for a protein
  std::vector<double> thresholds{};            ///< several labels: of each
  std::map<std::string, std::string> names{};  ///< what labels are called
};

/// One protein and what was said of it: head outputs [1, C], or [L, C] of its residues.
struct Predicted {
  std::string id, sequence;
  std::vector<std::vector<float>> outputs{};
  std::optional<Error> error{};  ///< then there are none
};

/// Text of rows for predictions of one kind.
class PredictionRows {
 public:
  PredictionRows(models::Classification classes, RowOptions options);

  /// The line of names; nothing for JSON lines.
  std::string header() const;
  /// All rows of a protein, with line ends.
  std::string rows(const Predicted& of) const;

 private:
  struct Cells;
  std::vector<std::string> make_columns() const;
  std::vector<Cells> cells(const Predicted& of) const;
  void add_class(Cells& row, const std::vector<double>& probabilities) const;
  void add_labels(Cells& row, const std::vector<double>& probabilities) const;
  std::vector<Cells> likeliest(const Predicted& of) const;
  std::vector<Cells> residue_rows(const Predicted& of) const;
  Cells residue_text(const Predicted& of) const;
  Cells protein(const Predicted& of) const;
  std::string line(const Cells& row) const;
  std::string name_of(std::size_t label) const;

  models::Classification classes_;
  RowOptions options_;
  bool by_residue_;
  std::vector<std::string> columns_;
};

}  // namespace groel::tasks
