// What the parsers of sequence formats share; each turns the lines of one input into records.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/characters.h"
#include "io/missing.h"
#include "io/sequences.h"
#include "io/sequences_lines.h"

namespace groel::io {

/// Records of one format. next() gets a record that is clear and sets id, header, sequence, line and error; an id that
/// it leaves empty is made up by the reader.
class RecordParser {
 public:
  virtual ~RecordParser() = default;
  virtual bool next(SequenceRecord& record) = 0;
  /// What was passed over so far.
  virtual ReadingNotes notes() const { return {}; }
};

std::unique_ptr<RecordParser> make_fasta_parser(LineReader& lines);
std::unique_ptr<RecordParser> make_fastq_parser(LineReader& lines);
std::unique_ptr<RecordParser> make_pir_parser(LineReader& lines);
/// Reads the header row; bad_input when a column is not there. A `delimiter` of '\0' is found out.
std::unique_ptr<RecordParser> make_table_parser(LineReader& lines, char delimiter,
                                                const SequenceReaderOptions& options);

/// Marks a record as malformed; only the first reason counts.
void fail(SequenceRecord& record, std::string what, std::string remedy = {});
/// Sets header and id from a header line without its mark.
void set_header(SequenceRecord& record, std::string_view line);
/// Appends a line of sequence without its white space; control characters and overlong sequences fail the record.
void append_sequence(SequenceRecord& record, std::string_view line);
/// Fails a record without a sequence, or with a text for one that stands for nothing (`kind`).
void require_sequence(SequenceRecord& record, ValueKind kind);

/// Lines of FASTA and similar formats, without the odd bytes at their ends: those are counted.
class CleanLines {
 public:
  explicit CleanLines(LineReader& lines) : lines_(lines) {}
  bool next(std::string_view& line);
  void unread() noexcept { again_ = true; }
  std::int64_t number() const noexcept { return lines_.number(); }
  std::string here() const { return fmt::format("{}:{}", lines_.label(), number()); }
  ReadingNotes& notes() noexcept { return notes_; }
  const ReadingNotes& notes() const noexcept { return notes_; }

 private:
  LineReader& lines_;
  std::string_view line_;
  ReadingNotes notes_;
  bool again_ = false;
};

}  // namespace groel::io
