// Rows of a table one after another: however many there are, one is in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/table.h"
#include "tasks/data/raw_table.h"

namespace groel::tasks {

/// The rows of a CSV, TSV or similar file, also compressed or in a zip archive, by their cells. A FASTA file, whose
/// columns its last header may complete, and standard input are read whole.
class RowStream {
 public:
  /// Reads the header. Errors: as read_raw_table.
  RowStream(const std::string& path, Sink& sink);

  const std::string& source() const { return source_; }
  const io::Columns& columns() const { return columns_; }
  /// The cells of the next row; false after the last. What was left out or guessed is said then. Errors: bad_input for
  /// a row that does not fit, naming its line, and for a table without rows; interrupted.
  bool next(std::vector<std::string>& cells);
  /// Rows so far.
  std::int64_t count() const { return count_; }

 private:
  void open_lines(const std::string& path);

  bool next_line(std::vector<std::string>& cells);
  bool next_held(std::vector<std::string>& cells);

  Sink& sink_;
  std::string source_;
  io::Columns columns_;
  std::string unpacked_;  // of an archive
  std::unique_ptr<io::LineReader> lines_;
  std::unique_ptr<io::TableReader> reader_;
  std::int64_t count_ = 0;
  RawTable whole_;  // of a FASTA file, and of standard input
};

}  // namespace groel::tasks
