// Rows of comma- or tab-separated text, as RFC 4180 defines them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/sequences_lines.h"

namespace groel::io {

struct CsvRow {
  std::vector<std::string> fields;
  std::int64_t line = 0;  ///< 1-based line on which the row starts
  std::string problem;    ///< what is wrong with it; empty if nothing is. The fields before the problem are there.
};

/// Reads rows. A field in double quotes may hold delimiters, line ends (they come out as \n) and doubled quotes; a
/// quote inside an unquoted field is an ordinary character. Blank lines are skipped.
class CsvReader {
 public:
  CsvReader(LineReader& lines, char delimiter) : lines_(lines), delimiter_(delimiter) {}

  /// False at the end. A malformed row has a problem, and reading goes on at the next line; a row longer than
  /// kLongestText is thrown as bad_input.
  bool next(CsvRow& row);

 private:
  struct Cursor;
  bool read_field(Cursor& cursor, CsvRow& row);
  bool read_quoted(Cursor& cursor, CsvRow& row);

  LineReader& lines_;
  char delimiter_;
};

}  // namespace groel::io
