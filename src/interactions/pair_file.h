// Files of pairs, a row at a time: STRING's links and actions, D-SCRIPT's tables, and tables with two columns of ids.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/sequences_lines.h"
#include "io/table.h"

namespace groel::interactions {

enum class PairTableForm {
  links,  ///< protein1 protein2 … combined_score, with blanks between: STRING's links, physical or detailed ones, too
  actions,  ///< item_id_a, item_id_b, mode, …: STRING's actions, as SHS27k and SHS148k have them
  bare,     ///< no header: id, id, and perhaps 0 or 1, with tabs between: D-SCRIPT's
  table     ///< any other CSV or TSV with a header
};

/// A row as it is written; valid until the next.
struct PairRow {
  std::string_view first, second;
  std::vector<std::string_view> labels{};  ///< that apply
  bool unlabelled = false;                 ///< a label is missing (io/missing.h), so that `labels` say nothing
  bool empty_label = false;  ///< its one cell of labels is empty: of no kind where they are kinds, else missing
  double score = 0;          ///< of links
  std::int64_t line = 0;
};

/// Columns by name; empty: those that such tables usually have.
struct PairColumns {
  std::vector<std::string> ids;     ///< two
  std::vector<std::string> labels;  ///< one of texts, or several of 0 and 1
  bool read_labels = true;          ///< false: whatever is said of the pairs is passed over
};

/// Forms are told by the first line. Also .gz and .zst; "-" is stdin.
class PairFile {
 public:
  /// Errors: as io::open_bytes; bad_input for a file that is none of these, listing its columns.
  explicit PairFile(const std::string& path, const PairColumns& columns = {});
  PairFile(const PairFile&) = delete;
  PairFile& operator=(const PairFile&) = delete;

  PairTableForm form() const { return form_; }
  /// Labels that the file can name, where it says so before its rows; links have "interacts".
  const std::vector<std::string>& known_labels() const { return known_; }
  /// Whether anything is said of the pairs.
  bool labelled() const { return labelled_; }
  /// Whether its labels are yes and no; of a column of texts it is known when the rows are read.
  bool yes_or_no() const { return yes_or_no_; }
  /// Whether its labels are kinds by name, read from one column; known with the first row that has one.
  bool kinds() const { return kinds_; }
  /// False at the end. Errors: bad_input naming the line, for a row without two ids and all that its form has, and for
  /// labels that are none.
  bool next(PairRow& row);
  /// "file.tsv:12".
  std::string where(const PairRow& row) const;

 private:
  // By the first line; false where it is of another form.
  bool open_links(std::string_view header);
  bool open_actions(std::string_view header);
  bool open_bare(std::string_view first);
  void open_table(const PairColumns& columns);
  void find_label_columns(const PairColumns& columns);
  bool next_line(PairRow& row);
  bool next_table_row(PairRow& row);
  void read_link(PairRow& row);
  void read_action(PairRow& row);
  void read_bare(PairRow& row);
  void add_text_labels(std::string_view text, PairRow& row);
  void add_flag(std::string_view cell, std::string_view label, PairRow& row);
  [[noreturn]] void fail(const PairRow& row, const std::string& what, const std::string& remedy = {}) const;

  io::LineReader lines_;
  PairTableForm form_ = PairTableForm::table;
  std::vector<std::string> known_;
  bool labelled_ = true, yes_or_no_ = false, kinds_ = false, read_labels_ = true;
  std::vector<std::string_view> fields_;
  std::unique_ptr<io::TableReader> table_;
  io::CsvRow cells_;
  std::size_t first_ = 0, second_ = 1, mode_ = 2, score_ = 2, columns_ = 0;
  std::vector<std::size_t> label_columns_;
};

}  // namespace groel::interactions
