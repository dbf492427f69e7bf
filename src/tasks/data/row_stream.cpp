// Reads the rows of tables one after another.
#include "tasks/data/row_stream.h"

#include "base/interrupt.h"
#include "tasks/data/row_text.h"

namespace groel::tasks {

RowStream::RowStream(const std::string& path, Sink& sink) : sink_(sink), source_(path == "-" ? "stdin" : path) {
  if (path != "-") open_lines(path);
  if (lines_) return;
  whole_ = read_raw_table(path, all_columns, sink);
  columns_ = whole_.columns;
}

// Leaves no lines where the file is to be read whole.
void RowStream::open_lines(const std::string& path) {
  const auto hold = [&] {
    unpacked_ = read_bytes_of(path);
    lines_ = std::make_unique<io::LineReader>(io::memory_bytes(unpacked_), source_);
  };
  if (path.find(".zip/") != std::string::npos)
    hold();
  else
    lines_ = std::make_unique<io::LineReader>(io::decompress(io::open_bytes(path), source_), source_);
  if (lines_->peek(4).starts_with("PK\3\4")) hold();
  if (lines_->peek(1).starts_with(">")) {
    lines_.reset();
    return;
  }
  reader_ =
      std::make_unique<io::TableReader>(*lines_, io::TableOptions{.blank_rows = io::TableOptions::BlankRows::kept});
  columns_ = reader_->columns();
}

bool RowStream::next(std::vector<std::string>& cells) {
  if ((count_ & 0xFFFF) == 0) check_interrupted();
  if (!(lines_ ? next_line(cells) : next_held(cells))) return false;
  ++count_;
  return true;
}

bool RowStream::next_line(std::vector<std::string>& cells) {
  io::CsvRow row{std::move(cells), 0, {}};
  const bool found = reader_->next(row);
  cells = std::move(row.fields);
  if (!found) {
    for (const std::string& note : reader_->notes()) sink_.note(note);
    if (count_ == 0)
      throw Error(ErrorKind::bad_input, {"the table has no rows", source_, "a header line, then one protein per line"});
  } else if (!row.problem.empty()) {
    throw Error(ErrorKind::bad_input,
                {row.problem, reader_->where(row), "put fields that hold the delimiter in double quotes"});
  }
  return found;
}

bool RowStream::next_held(std::vector<std::string>& cells) {
  const auto row = static_cast<std::size_t>(count_);
  if (row == whole_.rows.size()) return false;
  cells = cells_of(whole_, row);
  return true;
}

}  // namespace groel::tasks
