// The one reader of tables: comments, header, delimiter, columns and rows of CSV, TSV and similar text.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/columns.h"
#include "io/csv.h"

namespace groel::io {

struct TableOptions {
  std::string wanted = "a table";    ///< what is looked for, for errors about files of another kind
  std::vector<std::string> names{};  ///< columns that the caller was told of: they help to find the header
  char delimiter = '\0';             ///< '\0': found out
  /// Rows without any value: mostly the ends of spreadsheets, but of use where an empty cell says "no label".
  enum class BlankRows { left_out, kept } blank_rows = BlankRows::left_out;
  /// The first line (not blank, no comment) of a list: one value per line, no header.
  std::function<bool(const std::string&)> is_list{};
  /// The first row where it is already data: columns are then "column_1", ….
  std::function<bool(const std::vector<std::string>&)> is_data{};
};

/// A row at a time. Rules: lines with '#' before the header are comments, unless one is the header itself ("#id,score"
/// with as many fields as the row after it). The delimiter is a tab, comma, semicolon or bar, whichever makes columns
/// of known names or as many fields in the rows as in the header; "sep=;" settles it. Fields are quoted as in RFC 4180.
/// White space around fields is removed, rows without any value are left out, an empty field too many at the end is
/// dropped. A header that is one short of every row is R's: its first column is the rows' names.
class TableReader {
 public:
  /// Reads the header. Errors: bad_input for a file of another kind, or a header that is malformed.
  TableReader(LineReader& lines, TableOptions options);

  /// False at the end. Fields are as many as the columns, or else the row has a problem.
  bool next(CsvRow& row);

  const Columns& columns() const noexcept { return columns_; }
  bool has_header() const noexcept { return has_header_; }
  bool empty() const noexcept { return columns_.names.empty(); }
  char delimiter() const noexcept { return delimiter_; }
  /// "file.csv:12", for messages.
  std::string where(const CsvRow& row) const { return fmt::format("{}:{}", lines_.label(), row.line); }
  /// What was left out or guessed so far, in sentences to be said.
  std::vector<std::string> notes() const;

 private:
  void read_header(const TableOptions& options);
  bool next_filled(CsvRow& row);
  void fit(CsvRow& row) const;

  LineReader& lines_;
  char delimiter_;
  std::unique_ptr<CsvReader> rows_;
  Columns columns_;
  CsvRow first_;  // without a header: the row that was read for one
  bool has_header_ = true, has_first_ = false, row_names_ = false, keeps_blank_ = false;
  std::int64_t comments_ = 0, blank_rows_ = 0;
};

/// A table read whole.
struct Table {
  std::string source;  ///< name of the file, for messages
  Columns columns;
  std::vector<CsvRow> rows;        ///< as many fields as columns
  std::vector<std::string> notes;  ///< to be said
  char delimiter = ',';

  /// "file.csv:12", for messages.
  std::string where(std::size_t row) const { return fmt::format("{}:{}", source, rows[row].line); }
  /// Texts of a column.
  std::vector<std::string> texts(std::size_t column) const;
};

/// A CSV or TSV file, also compressed; "-" is stdin. Errors: not_found, io; bad_input for a file without rows, and for
/// a row that is malformed or has more or fewer fields than the header, naming its line.
Table read_table(const std::string& path, const TableOptions& options = {});

}  // namespace groel::io
