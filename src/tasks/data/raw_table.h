// A table or FASTA file whose rows are kept as they are written, and the cells of a few of its columns.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "io/columns.h"

namespace groel::tasks {

/// Rows as bytes of the file: writing them out again changes no cell. A FASTA file has the columns id, sequence, and
/// one of each KEY=VALUE of its headers.
struct RawTable {
  std::string source;
  std::string text;  ///< that the rows lie in
  std::string_view header;
  std::vector<std::string_view> rows;
  io::Columns columns;
  char delimiter = ',';
  bool fasta = false;
  std::vector<std::vector<std::string>> cells;  ///< of each column that was asked for, one per row
  std::vector<std::string> notes;

  RawTable() = default;
  RawTable(const RawTable&) = delete;
  RawTable& operator=(const RawTable&) = delete;
  RawTable(RawTable&&) = default;
  RawTable& operator=(RawTable&&) = default;

  /// ".csv", ".tsv" or ".fasta": what rows of it are written as.
  std::string extension() const { return fasta ? ".fasta" : delimiter == '\t' ? ".tsv" : ".csv"; }
};

/// A file's bytes, decompressed; of a zip archive its one file, or the one that the path goes on to name
/// ("splits.zip/splits/sampled.csv"). Errors: not_found, io, bad_input.
std::string read_bytes_of(const std::string& path);

/// Says which columns are needed, once their names are known.
using ChooseColumns = std::function<std::vector<std::size_t>(const io::Columns&)>;
/// Errors: as io::read_table; bad_input for a row that does not fit, naming its line.
RawTable read_raw_table(const std::string& path, const ChooseColumns& choose, Sink& sink);

/// The column of the sequences, where there is one: by its name, or by the name that such columns usually have.
std::optional<std::size_t> sequence_column_of(const io::Columns& columns, const std::string& name);

/// Rows under the table's header, in the order of `rows`; each ends with a line end.
std::string text_of(const RawTable& table, const std::vector<std::int64_t>& rows);

}  // namespace groel::tasks
