// Labelled proteins: read from tables, with labels turned into the classes of a model.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/classifier.h"
#include "train/corpus.h"

namespace groel::train {

/// Where to find things in a table. Empty names: the usual ones ("sequence", "label", …).
struct LabelColumns {
  std::string sequence;
  std::vector<std::string> labels;  ///< several: a yes/no label each, or a number each
  std::string split;                ///< empty: no such column
  io::Gaps gaps = io::Gaps::keep;
  std::vector<std::string> masks{};  ///< of labels of residues: 0 where none counts
};

/// A row as it was written.
struct LabelledRow {
  std::string where;  ///< "file.csv:12"
  std::string sequence, split;
  std::vector<std::string> labels;
  std::string name{};  ///< its id, where the table has ids; else as `where`
};

struct LabelledRows {
  std::vector<std::string> columns;  ///< of the labels
  std::vector<LabelledRow> rows;
};

/// Rows without a sequence or without a label (io/missing.h) are left out and counted in a warning; what else was read
/// otherwise than it is written is noted. Errors: as io::read_table; bad_input for a column that is missing, and when
/// no row is left.
LabelledRows read_labelled(const std::vector<std::string>& paths, const LabelColumns& columns, Sink& sink);

struct RowSplit {
  LabelledRows train, held_out;
  LabelledRows test{};  ///< neither learned from nor evaluated on
};

/// Rows to learn from and to evaluate on, by their split column: those whose split `held_out` names are evaluated on,
/// those called "test" are left out. Errors: bad_input when either part is empty, or with `each` when a split of
/// `held_out` is, listing the splits that there are.
RowSplit split_rows(LabelledRows rows, const std::set<std::string>& held_out, bool each = false);

struct LabelOptions {
  models::LabelOf label_of = models::LabelOf::sequence;
  std::string problem = "auto";                    ///< "single-label", "multi-label", "regression"
  std::vector<std::string> classes;                ///< in order; empty: those of the data, sorted
  std::string unlabelled;                          ///< characters of residues without a label
  models::Pooling pooling = models::Pooling::cls;  ///< of a new head of sequences
};

/// What kind of labels these are, of both parts. `auto`: several columns of 0 and 1, or texts with ';', are several
/// labels at once; numbers with fractions (of most rows, so that a stray "n/a" is found), or of more than 20 values, a
/// regression; all else one class per sequence. Errors: bad_input, for fewer than two classes; usage, for options that
/// contradict one another.
models::Classification infer_classification(const RowSplit& rows, const LabelOptions& options);

/// Proteins with their labels as numbers.
struct LabelledSet {
  Corpus corpus;
  std::int64_t columns = 1;           ///< numbers per sequence: 1 class, or one for each label or output
  std::vector<float> values;          ///< [B, columns]: of sequences
  std::vector<std::int32_t> classes;  ///< of residues, one after the other as in the corpus; kNoTarget: none
  std::vector<std::int64_t> counts;   ///< of each class (of a regression: empty)

  std::string fingerprint() const;
};

/// Several label columns are put in the order of the classes where they bear their names. Errors: bad_input for columns
/// of which some bear such a name and others none; naming the row for a label outside the classes, an empty one, one
/// that is no number or too large for a float, labels that are not as many as residues, or a sequence that cannot be
/// read; bad_input when there are not as many columns as outputs; unsupported for labels of residues that share tokens.
LabelledSet encode_labels(const LabelledRows& rows, const models::Classification& classes,
                          const std::string& unlabelled, const bio::Tokenizer& tokenizer);

/// That label columns are taken in their order, as none bears the name of a class or output: to be noted. Else empty.
std::string order_note(const std::vector<std::string>& columns, const models::Classification& classes);

/// The yes/no classes of one text: "Nucleus;Cytoplasm".
inline constexpr char kLabelSeparator = ';';

}  // namespace groel::train
