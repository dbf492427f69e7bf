// Reads FASTQ; the qualities are checked and dropped.
#include <utility>

#include "io/sequences_parser.h"

namespace groel::io {
namespace {

// Sequence and quality may be wrapped. How many lines of quality there are follows from the lines of sequence and not
// from lengths, so that a quality too short does not take the records after it along.
class FastqParser final : public RecordParser {
 public:
  explicit FastqParser(LineReader& lines) : lines_(lines) {}

  bool next(SequenceRecord& record) override {
    std::string_view line;
    do {
      if (!lines_.next(line)) return false;
    } while (trimmed(line).empty());
    record.line = lines_.number();
    if (!line.starts_with('@')) {
      fail(record, "a FASTQ record does not start with '@'", "each record is four lines: @name, sequence, +, quality");
      skip_to_header();
      return true;
    }
    set_header(record, line.substr(1));
    if (const std::size_t lines = read_sequence(record); lines > 0) read_quality(record, lines);
    require_sequence(record, ValueKind::record);
    return true;
  }

  ReadingNotes notes() const override { return lines_.notes(); }

 private:
  void skip_to_header() {
    for (std::string_view line; lines_.next(line);)
      if (line.starts_with('@')) return lines_.unread();
  }

  // How many lines of sequence there were; 0 when no '+' line ends them.
  std::size_t read_sequence(SequenceRecord& record) {
    std::size_t count = 0;
    for (std::string_view line; lines_.next(line); ++count) {
      if (line.starts_with('+')) {
        if (record.sequence.empty()) fail(record, "the record has no sequence");
        return count;
      }
      if (line.starts_with('@')) {
        lines_.unread();
        break;
      }
      append_sequence(record, line);
    }
    fail(record, "the record has no '+' line", "the file may have been cut short");
    return 0;
  }

  void read_quality(SequenceRecord& record, std::size_t lines) {
    std::size_t length = 0;
    for (std::string_view line; lines > 0 && lines_.next(line); --lines) length += trimmed(line).size();
    if (lines > 0) fail(record, "the record ends before its quality", "the file may have been cut short");
    if (length != record.sequence.size())
      fail(record, fmt::format("{} quality values for {} residues", length, record.sequence.size()));
  }

  CleanLines lines_;
};

}  // namespace

std::unique_ptr<RecordParser> make_fastq_parser(LineReader& lines) { return std::make_unique<FastqParser>(lines); }

}  // namespace groel::io
