// Reads tables twice at once: as cells and as lines.
#include "tasks/data/raw_table.h"

#include <algorithm>
#include <charconv>

#include "io/table.h"

namespace groel::tasks {
namespace {

// The lines of a text that are asked for in rising order, without their ends.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  /// Lines `first` to before `next` (from 1) as one piece: as many as the cells have line ends, more while a quote is
  /// open.
  std::string_view piece(std::int64_t first, std::int64_t extra, std::int64_t next) {
    while (number_ < first) advance();
    const std::size_t begin = begin_;
    std::size_t end = end_;
    for (std::int64_t more = 0; number_ + 1 < next && has_next(); ++more) {
      const std::string_view so_far = text_.substr(begin, end - begin);
      if (more >= extra && std::count(so_far.begin(), so_far.end(), '"') % 2 == 0) break;
      advance();
      end = end_;
    }
    return text_.substr(begin, end - begin);
  }

 private:
  bool has_next() const { return after_ < text_.size(); }
  void advance() {
    begin_ = after_;
    end_ = std::min(text_.find_first_of("\r\n", begin_), text_.size());
    after_ = std::min(end_ + (text_.substr(end_, 2) == "\r\n" ? 2 : 1), text_.size());
    ++number_;
  }

  std::string_view text_;
  std::size_t begin_ = 0, end_ = 0, after_ = 0;
  std::int64_t number_ = 0;
};

std::int64_t line_ends(const io::CsvRow& row) {
  std::int64_t count = 0;
  for (const std::string& field : row.fields) count += std::count(field.begin(), field.end(), '\n');
  return count;
}

std::int64_t line_of(const std::string& where) {  // "file.csv:12"
  std::int64_t line = 1;
  const std::size_t colon = where.rfind(':') + 1;
  std::from_chars(where.data() + colon, where.data() + where.size(), line);
  return line;
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void read_rows(RawTable& out, const ChooseColumns& choose) {
  io::LineReader lines(io::memory_bytes(out.text), out.source);
  io::TableReader reader(lines, {.blank_rows = io::TableOptions::BlankRows::kept});
  out.columns = reader.columns();
  out.delimiter = reader.delimiter();
  const std::vector<std::size_t> wanted = choose(out.columns);
  out.cells.resize(wanted.size());
  Lines raw(out.text);
  std::int64_t first = line_of(out.columns.where), extra = 0;
  bool is_header = true;
  const auto keep = [&](std::int64_t next) {
    (is_header ? out.header : out.rows.emplace_back()) = raw.piece(first, extra, next);
    is_header = false;
  };
  for (io::CsvRow row; reader.next(row);) {
    if (!row.problem.empty())
      throw Error(ErrorKind::bad_input,
                  {row.problem, reader.where(row), "put fields that hold the delimiter in double quotes"});
    keep(row.line);
    first = row.line;
    extra = line_ends(row);
    for (std::size_t c = 0; c < wanted.size(); ++c) out.cells[c].push_back(std::move(row.fields[wanted[c]]));
  }
  keep(std::int64_t{1} << 62);
  out.notes = reader.notes();
}

// "SET=train" of a header.
std::vector<std::pair<std::string, std::string>> header_values(std::string_view header) {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t at = 0; at < header.size();) {
    const std::size_t end = std::min(header.find_first_of(" \t", at), header.size());
    const std::string_view word = header.substr(at, end - at);
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos && equals > 0)
      out.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    at = end + 1;
  }
  return out;
}

std::string cell_of(std::string_view record, const std::string& column) {
  const std::size_t end = std::min(record.find_first_of("\r\n"), record.size());
  const std::string_view header = record.substr(1, end - 1);
  if (column == "id") return std::string(header.substr(0, header.find_first_of(" \t")));
  if (column == "sequence") {
    std::string out;
    for (const char c : record.substr(end))
      if (c != '\r' && c != '\n' && c != ' ' && c != '\t') out += c;
    return out;
  }
  for (auto& [key, value] : header_values(header))
    if (key == column) return value;
  return {};
}

void read_records(RawTable& out, const ChooseColumns& choose) {
  const std::string_view text = out.text;
  out.columns = {{"id", "sequence"}, out.source};
  for (std::size_t at = text.find('>'); at < text.size();) {
    const std::size_t end = std::min(text.find("\n>", at), text.size() - 1) + 1;
    std::string_view record = text.substr(at, end - at);
    while (record.ends_with('\n') || record.ends_with('\r')) record.remove_suffix(1);
    out.rows.push_back(record);
    for (const auto& [key, value] : header_values(record.substr(0, record.find('\n'))))
      if (std::find(out.columns.names.begin(), out.columns.names.end(), key) == out.columns.names.end())
        out.columns.names.push_back(key);
    at = end;
  }
  for (const std::size_t column : choose(out.columns)) {
    out.cells.emplace_back();
    for (const std::string_view record : out.rows)
      out.cells.back().push_back(cell_of(record, out.columns.names[column]));
  }
}

}  // namespace

RawTable read_raw_table(const std::string& path, const ChooseColumns& choose, Sink& sink) {
  RawTable out;
  out.source = path == "-" ? "stdin" : path;
  out.text = read_bytes_of(path);
  if (out.text.starts_with(kByteOrderMark)) out.text.erase(0, kByteOrderMark.size());
  out.fasta = out.text.starts_with('>');
  out.fasta ? read_records(out, choose) : read_rows(out, choose);
  for (const std::string& note : out.notes) sink.note(note);
  if (out.rows.empty())
    throw Error(ErrorKind::bad_input,
                {"the table has no rows", out.source, "a header line, then one protein per line"});
  return out;
}

std::optional<std::size_t> sequence_column_of(const io::Columns& columns, const std::string& name) {
  if (!name.empty()) return columns.named(name, "--sequence-column");
  return columns.usual(io::ColumnRole::sequence);
}

std::string text_of(const RawTable& table, const std::vector<std::int64_t>& rows) {
  std::string out;
  if (!table.fasta) (out += table.header) += '\n';
  for (const std::int64_t row : rows) (out += table.rows[static_cast<std::size_t>(row)]) += '\n';
  return out;
}

}  // namespace groel::tasks
