// Reads sequences from CSV and TSV files: finds the columns, and makes a record from each row.
#include <optional>
#include <utility>

#include "io/sequences_parser.h"
#include "io/table.h"

namespace groel::io {
namespace {

class TableParser final : public RecordParser {
 public:
  TableParser(LineReader& lines, char delimiter, const SequenceReaderOptions& options)
      : rows_(lines,
              {.wanted = "sequences", .names = {options.sequence_column, options.id_column}, .delimiter = delimiter}) {
    if (rows_.empty()) return;
    const Columns& columns = rows_.columns();
    sequence_ = columns.require(options.sequence_column, ColumnRole::sequence, "`sequence_column`");
    id_ = options.id_column.empty() ? columns.usual(ColumnRole::id) : columns.named(options.id_column, "`id_column`");
    if (options.id_column.empty() && id_ == sequence_) id_.reset();
  }

  bool next(SequenceRecord& record) override {
    if (!rows_.next(row_)) return false;
    record.line = row_.line;
    if (id_ && *id_ < row_.fields.size()) take_id(record, row_.fields[*id_]);
    if (!row_.problem.empty()) fail(record, row_.problem, "put fields that hold the delimiter in double quotes");
    if (sequence_ < row_.fields.size()) append_sequence(record, row_.fields[sequence_]);
    require_sequence(record, ValueKind::sequence);
    return true;
  }

  ReadingNotes notes() const override {
    ReadingNotes out = notes_;
    out.others = rows_.notes();
    return out;
  }

 private:
  void take_id(SequenceRecord& record, const std::string& id) {
    if (is_missing(id, ValueKind::name))
      ++notes_.missing_ids;
    else
      record.header = record.id = id;
  }

  TableReader rows_;
  CsvRow row_;
  ReadingNotes notes_;
  std::size_t sequence_ = 0;
  std::optional<std::size_t> id_;
};

}  // namespace

std::unique_ptr<RecordParser> make_table_parser(LineReader& lines, char delimiter,
                                                const SequenceReaderOptions& options) {
  return std::make_unique<TableParser>(lines, delimiter, options);
}

}  // namespace groel::io
