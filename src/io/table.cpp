// Reading tables and finding columns.
#include "io/table.h"

#include <algorithm>
#include <optional>

#include "base/options.h"

namespace groel::io {
namespace {

std::string trimmed(const std::string& text) {
  constexpr const char* kBlank = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kBlank);
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string plain_name(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '-') c = '_';
  }
  return text;
}

std::optional<std::size_t> find(const std::vector<std::string>& columns, const std::string& name) {
  const auto exact = std::find(columns.begin(), columns.end(), name);
  if (exact != columns.end()) return static_cast<std::size_t>(exact - columns.begin());
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (plain_name(columns[i]) == plain_name(name)) return i;
  return std::nullopt;
}

std::string listed(const std::vector<std::string>& columns) {
  constexpr std::size_t kMost = 40;
  std::string out;
  for (std::size_t i = 0; i < std::min(columns.size(), kMost); ++i)
    out += fmt::format("{}'{}'", i == 0 ? "" : ", ", columns[i].substr(0, 80));
  return columns.size() > kMost ? out + fmt::format(" and {} more", columns.size() - kMost) : out;
}

void check(const CsvRow& row, std::size_t columns, const std::string& where) {
  if (!row.problem.empty()) throw Error(ErrorKind::bad_input, {row.problem, where, {}});
  if (row.fields.size() != columns)
    throw Error(ErrorKind::bad_input,
                {fmt::format("the row has {} where the header has {}", counted(row.fields.size(), "field"), columns),
                 where, "put fields that hold the delimiter in double quotes"});
}

}  // namespace

std::size_t Table::column(const std::string& name, const std::string& option) const {
  if (const auto found = find(columns, name)) return *found;
  const auto near = nearest(name, columns);
  throw Error(ErrorKind::bad_input,
              {fmt::format("there is no column '{}'; the columns are {}", name, listed(columns)), source,
               near ? fmt::format("did you mean {} '{}'?", option, *near) : fmt::format("name one with {}", option)});
}

std::size_t Table::first_column(const std::vector<std::string>& names, const std::string& option) const {
  for (const std::string& name : names)
    if (const auto found = find(columns, name)) return *found;
  throw Error(ErrorKind::bad_input,
              {fmt::format("no column is called '{}' or the like; the columns are {}", names.at(0), listed(columns)),
               source, fmt::format("name one with {}", option)});
}

Table read_table(const std::string& path) {
  Table table{path == "-" ? "stdin" : path, {}, {}};
  LineReader lines(decompress(open_bytes(path), table.source), table.source);
  const std::string_view start = lines.peek(LineReader::kMostPeeked);
  const bool tabs = start.substr(0, start.find('\n')).find('\t') != std::string_view::npos;
  CsvReader reader(lines, tabs ? '\t' : ',');
  CsvRow row;
  while (reader.next(row)) {
    const std::size_t wanted = table.columns.empty() ? row.fields.size() : table.columns.size();
    check(row, wanted, fmt::format("{}:{}", table.source, row.line));
    for (std::string& field : row.fields) field = trimmed(field);
    if (table.columns.empty())
      table.columns = std::move(row.fields);
    else
      table.rows.push_back(std::move(row));
    row = {};
  }
  if (table.rows.empty())
    throw Error(ErrorKind::bad_input,
                {"the table has no rows", table.source, "a header line, then one protein a line, as CSV or TSV"});
  return table;
}

}  // namespace groel::io
