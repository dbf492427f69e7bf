// Sequences in the rows of CSV and TSV files: which columns, and a record from each row.
#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/words.h"
#include "io/csv.h"
#include "io/sequences_detect.h"
#include "io/sequences_parser.h"

namespace groel::io {
namespace {

// Names that tables in the wild use, the likelier first.
constexpr std::array<std::string_view, 15> kIdNames{"id",     "name",        "accession",  "entry",      "protein_id",
                                                    "acc",    "uniprot_id",  "uniprot",    "identifier", "protein_name",
                                                    "seq_id", "sequence_id", "entry_name", "mutant",     "protein"};
constexpr std::array<std::string_view, 10> kSequenceNames{
    "sequence",         "seq",     "protein_sequence", "aa_seq", "aa_sequence", "protein_seq", "amino_acid_sequence",
    "mutated_sequence", "primary", "protein"};

// "# Protein ID" -> "protein_id".
std::string plain_name(std::string_view column) {
  std::string_view text = trimmed(column);
  if (text.starts_with('#')) text = trimmed(text.substr(1));
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ' || c == '-') c = '_';
  }
  return out;
}

std::optional<std::size_t> find_plain(const std::vector<std::string>& columns, std::string_view name) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (plain_name(columns[i]) == name) return i;
  return std::nullopt;
}

std::optional<std::size_t> find_named(const std::vector<std::string>& columns, const std::string& name) {
  const auto exact = std::find(columns.begin(), columns.end(), name);
  if (exact != columns.end()) return static_cast<std::size_t>(exact - columns.begin());
  return find_plain(columns, plain_name(name));
}

std::optional<std::size_t> find_first(const std::vector<std::string>& columns,
                                      std::span<const std::string_view> names) {
  for (const std::string_view name : names)
    if (const auto found = find_plain(columns, name)) return found;
  return std::nullopt;
}

std::optional<std::size_t> find_sequence(const std::vector<std::string>& columns,
                                         const SequenceReaderOptions& options) {
  return options.sequence_column.empty() ? find_first(columns, kSequenceNames)
                                         : find_named(columns, options.sequence_column);
}

std::string listed(const std::vector<std::string>& columns) {
  constexpr std::size_t kMostListed = 40;
  std::string out;
  for (std::size_t i = 0; i < std::min(columns.size(), kMostListed); ++i)
    out += fmt::format("{}'{}'", i == 0 ? "" : ", ", columns[i].substr(0, 80));
  if (columns.size() > kMostListed) out += fmt::format(" and {} more", columns.size() - kMostListed);
  return out;
}

class TableParser final : public RecordParser {
 public:
  TableParser(LineReader& lines, char delimiter, const SequenceReaderOptions& options) : rows_(lines, delimiter) {
    if (!rows_.next(row_)) return;
    const std::string where = fmt::format("{}:{}", lines.label(), row_.line);
    if (!row_.problem.empty()) throw Error(ErrorKind::bad_input, Error::Parts{row_.problem, where, {}});
    columns_ = row_.fields.size();
    const auto sequence = find_sequence(row_.fields, options);
    if (!sequence) refuse_column(options.sequence_column, "sequence", where);
    sequence_ = *sequence;
    if (!options.id_column.empty()) {
      id_ = find_named(row_.fields, options.id_column);
      if (!id_) refuse_column(options.id_column, "id", where);
    } else {
      id_ = find_first(row_.fields, kIdNames);
      if (id_ == sequence_) id_.reset();
    }
  }

  bool next(SequenceRecord& record) override {
    if (!rows_.next(row_)) return false;
    record.line = row_.line;
    if (id_ && *id_ < row_.fields.size()) record.id = trimmed(row_.fields[*id_]);
    record.header = record.id;
    if (!row_.problem.empty()) fail(record, row_.problem);
    if (row_.fields.size() != columns_)
      fail(record,
           fmt::format("the row has {} where the header has {}", counted(row_.fields.size(), "field"), columns_),
           "put fields that hold the delimiter in double quotes");
    if (sequence_ < row_.fields.size()) append_sequence(record, row_.fields[sequence_]);
    if (record.sequence.empty()) fail(record, "the record has no sequence");
    return true;
  }

 private:
  [[noreturn]] void refuse_column(const std::string& name, std::string_view role, const std::string& where) const {
    const std::string what =
        name.empty() ? fmt::format("no column looks like a {}", role) : fmt::format("there is no column '{}'", name);
    throw Error(ErrorKind::bad_input, Error::Parts{fmt::format("{}; the columns are {}", what, listed(row_.fields)),
                                                   where, fmt::format("name one with --{}-column", role)});
  }

  CsvReader rows_;
  CsvRow row_;
  std::size_t columns_ = 0, sequence_ = 0;
  std::optional<std::size_t> id_;
};

}  // namespace

std::unique_ptr<RecordParser> make_table_parser(LineReader& lines, char delimiter,
                                                const SequenceReaderOptions& options) {
  return std::make_unique<TableParser>(lines, delimiter, options);
}

bool names_sequence_column(std::string_view header, char delimiter, const SequenceReaderOptions& options) {
  std::vector<std::string> columns;
  for (std::size_t at = 0; at <= header.size();) {
    const std::size_t end = std::min(header.find(delimiter, at), header.size());
    std::string_view column = header.substr(at, end - at);
    if (column.size() >= 2 && column.starts_with('"') && column.ends_with('"'))
      column = column.substr(1, column.size() - 2);
    columns.emplace_back(column);
    at = end + 1;
  }
  return find_sequence(columns, options).has_value();
}

}  // namespace groel::io
