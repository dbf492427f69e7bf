// Reads tables (CSV, TSV and similar).
#include "io/table.h"

#include <algorithm>
#include <utility>

#include "io/characters.h"
#include "io/foreign.h"
#include "io/table_layout.h"

namespace groel::io {
namespace {

bool is_blank(const CsvRow& row) {
  return row.problem.empty() &&
         std::all_of(row.fields.begin(), row.fields.end(), [](const std::string& field) { return field.empty(); });
}

std::vector<std::string> numbered(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 1; i <= count; ++i) out.push_back(fmt::format("column_{}", i));
  return out;
}

}  // namespace

TableReader::TableReader(LineReader& lines, TableOptions options) : lines_(lines), delimiter_(options.delimiter) {
  refuse_foreign(lines_.peek(LineReader::kMostPeeked), lines_.label(), options.wanted);
  const TableLayout layout = find_layout(lines_, options.names);
  comments_ = layout.comments;
  const bool list = options.is_list && options.is_list(std::string(trimmed(layout.first)));
  if (list) options.is_data = [](const std::vector<std::string>&) { return true; };
  if (delimiter_ == '\0' || list) delimiter_ = list ? kNoDelimiter : layout.delimiter;
  rows_ = std::make_unique<CsvReader>(lines_, delimiter_);
  row_names_ = layout.short_header && !list;
  keeps_blank_ = options.blank_rows == TableOptions::BlankRows::kept;
  read_header(options);
}

void TableReader::read_header(const TableOptions& options) {
  CsvRow header;
  if (!rows_->next(header)) return;
  for (std::string& field : header.fields) field = trimmed(field);
  columns_.where = where(header);
  if (!header.problem.empty()) throw Error(ErrorKind::bad_input, Error::Parts{header.problem, columns_.where, {}});
  has_header_ = !(options.is_data && options.is_data(header.fields));
  if (!has_header_) {
    row_names_ = false;
    columns_.names = numbered(header.fields.size());
    first_ = std::move(header);
    has_first_ = true;
    return;
  }
  columns_.names = std::move(header.fields);
  if (row_names_) columns_.names.insert(columns_.names.begin(), std::string());
}

// The next row with a value in it, fields trimmed.
bool TableReader::next_filled(CsvRow& row) {
  while (rows_->next(row)) {
    for (std::string& field : row.fields)
      if (!field.empty() && (io::is_blank(field.front()) || io::is_blank(field.back()))) field = trimmed(field);
    const bool comment =
        row.fields.size() == 1 && row.fields[0].starts_with('#') && (columns_.names.size() > 1 || !has_header_);
    if (comment) ++comments_;
    if (!comment && (!is_blank(row) || (keeps_blank_ && row.fields.size() > 1))) return true;
    if (!comment) ++blank_rows_;
  }
  return false;
}

bool TableReader::next(CsvRow& row) {
  if (std::exchange(has_first_, false))
    row = std::move(first_);
  else if (!next_filled(row))
    return false;
  fit(row);
  return true;
}

void TableReader::fit(CsvRow& row) const {
  const std::vector<std::string>& names = columns_.names;
  while (row.fields.size() > names.size() && row.fields.back().empty()) row.fields.pop_back();
  while (row.fields.size() < names.size() && names[row.fields.size()].empty() && !row.fields.empty())
    row.fields.emplace_back();
  if (row.problem.empty() && row.fields.size() != names.size())
    row.problem = fmt::format("the row has {} fields where the header has {}", row.fields.size(), names.size());
}

std::vector<std::string> TableReader::notes() const {
  std::vector<std::string> out;
  const auto note = [&](const std::string& text) { out.push_back(fmt::format("{}: {}", lines_.label(), text)); };
  const auto plural = [](std::int64_t count) { return count == 1 ? "" : "s"; };
  if (!has_header_ && !empty() && delimiter_ != kNoDelimiter) note("the first line is data: the table has no header");
  if (row_names_) note("the header is one column short of the rows: the first column is taken for their names");
  if (comments_ > 0) note(fmt::format("{} line{} of comment (#) passed over", comments_, plural(comments_)));
  if (blank_rows_ > 0) note(fmt::format("{} row{} without any value left out", blank_rows_, plural(blank_rows_)));
  return out;
}

std::vector<std::string> Table::texts(std::size_t column) const {
  std::vector<std::string> out;
  for (const CsvRow& row : rows) out.push_back(row.fields[column]);
  return out;
}

Table read_table(const std::string& path, const TableOptions& options) {
  Table table;
  table.source = path == "-" ? "stdin" : path;
  LineReader lines(decompress(open_bytes(path), table.source), table.source);
  TableReader reader(lines, options);
  for (CsvRow row; reader.next(row); row = {}) {
    if (!row.problem.empty())
      throw Error(ErrorKind::bad_input,
                  Error::Parts{row.problem, reader.where(row), "put fields that hold the delimiter in double quotes"});
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty())
    throw Error(ErrorKind::bad_input, Error::Parts{"the table has no rows", table.source,
                                                   "a header line, then one protein per line, as CSV or TSV"});
  table.columns = reader.columns();
  table.notes = reader.notes();
  table.delimiter = reader.delimiter();
  return table;
}

}  // namespace groel::io
