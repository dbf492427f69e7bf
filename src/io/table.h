// Tables with named columns, read whole: CSV and TSV, plain or compressed.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "io/csv.h"

namespace groel::io {

struct Table {
  std::string source;  ///< name of the file, for messages
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;  ///< as many fields as columns, white space around them removed

  /// The place of a column, by its exact name or else with case, blanks and dashes ignored. Errors: bad_input naming
  /// `option`, the nearest column and all there are.
  std::size_t column(const std::string& name, const std::string& option) const;
  /// The first of these names that is a column. Errors: bad_input.
  std::size_t first_column(const std::vector<std::string>& names, const std::string& option) const;
  /// "file.csv:12", for messages.
  std::string where(std::size_t row) const { return fmt::format("{}:{}", source, rows[row].line); }
};

/// The delimiter is a tab where the first line has one, else a comma. Errors: not_found, io; bad_input for a file
/// without rows, and for a row that is malformed or has more or fewer fields than the header, naming its line.
Table read_table(const std::string& path);

}  // namespace groel::io
