// Reads FASTA, including the comments, gaps and insertions of A3M.
#include <utility>

#include "io/sequences_parser.h"

namespace groel::io {
namespace {

// '#' opens the first line of A3M files, ';' comments in FASTA as Pearson defined it; neither can be sequence.
bool is_comment(std::string_view line) { return line.starts_with('#') || line.starts_with(';'); }

// Where in a line of sequence a header begins: a '>' that closes no "<mask>". npos: nowhere.
std::size_t header_inside(std::string_view line) {
  if (line.find('>') == std::string_view::npos) return std::string_view::npos;
  bool open = false;
  for (std::size_t at = line.find_first_of("<>"); at != std::string_view::npos; at = line.find_first_of("<>", at + 1)) {
    if (line[at] == '>' && !open) return at;
    open = line[at] == '<';
  }
  return std::string_view::npos;
}

class FastaParser final : public RecordParser {
 public:
  explicit FastaParser(LineReader& lines) : lines_(lines) {}

  bool next(SequenceRecord& record) override {
    std::string_view line;
    if (inside_.empty() && !next_filled(line)) return false;
    record.line = lines_.number();
    const std::string header = std::exchange(inside_, {});
    if (!header.empty()) line = header;
    if (line.starts_with('>')) {
      set_header(record, line.substr(1));
    } else {
      fail(record, "sequence before any header", "start every record with a line '>name'");
      lines_.unread();  // there may be a header in it
    }
    read_sequence(record);
    return true;
  }

  ReadingNotes notes() const override { return lines_.notes(); }

 private:
  // A line that is neither blank nor a comment.
  bool next_filled(std::string_view& line) {
    while (lines_.next(line)) {
      if (is_comment(line))
        ++lines_.notes().comment_lines;
      else if (!trimmed(line).empty())
        return true;
    }
    return false;
  }

  void read_sequence(SequenceRecord& record) {
    for (std::string_view line; inside_.empty() && next_filled(line);) {
      if (line.starts_with('>')) {
        lines_.unread();
        break;
      }
      const std::size_t header = header_inside(line);
      append_sequence(record, line.substr(0, header));
      if (header != std::string_view::npos) take_inside(line.substr(header));
    }
    require_sequence(record, ValueKind::record);
  }

  void take_inside(std::string_view header) {
    inside_ = header;
    if (lines_.notes().headers_inside++ == 0) lines_.notes().first_inside = lines_.here();
  }

  CleanLines lines_;
  std::string inside_;  // a header that was in a line of sequence
};

}  // namespace

std::unique_ptr<RecordParser> make_fasta_parser(LineReader& lines) { return std::make_unique<FastaParser>(lines); }

}  // namespace groel::io
