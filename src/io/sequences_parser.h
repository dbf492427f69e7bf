// What the parsers of sequence formats share; each turns the lines of one input into records.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/sequences.h"
#include "io/sequences_lines.h"

namespace groel::io {

/// Records of one format. next() gets a record that is clear and sets id, header, sequence, line and error; an id that
/// it leaves empty is made up by the reader.
class RecordParser {
 public:
  virtual ~RecordParser() = default;
  virtual bool next(SequenceRecord& record) = 0;
};

std::unique_ptr<RecordParser> make_fasta_parser(LineReader& lines);
std::unique_ptr<RecordParser> make_fastq_parser(LineReader& lines);
/// Reads the header row; bad_input when a column is not there.
std::unique_ptr<RecordParser> make_table_parser(LineReader& lines, char delimiter,
                                                const SequenceReaderOptions& options);

/// Marks a record as malformed; only the first reason counts.
void fail(SequenceRecord& record, std::string what, std::string remedy = {});
/// Sets header and id from a header line without its mark.
void set_header(SequenceRecord& record, std::string_view line);
/// Appends a line of sequence without its white space; control characters and overlong sequences fail the record.
void append_sequence(SequenceRecord& record, std::string_view line);
/// `text` without white space at both ends.
std::string_view trimmed(std::string_view text) noexcept;

}  // namespace groel::io
